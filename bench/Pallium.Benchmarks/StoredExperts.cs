using System.Diagnostics;
using Pallium.Layers;
using Pallium.Numerics;

namespace Pallium.Benchmarks;

/// <summary>A stack whose experts stay in a file, on a stream that passes between regimes.</summary>
/// <remarks>
/// x lies around one of 32 centres. A slice leaves its centre once in ten times, then in four of five for the centre's own successor, else for any. Slices follow at once, or, where a stream
/// is <em>paced</em>, 2 ms after the step before: fetching ahead needs time between.
/// </remarks>
internal sealed class StoredExperts : IDisposable
{
    private const int Centres = 32;
    private const double Spread = 0.1;
    private const int WarmUp = 3000;
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");
    private readonly string _text;
    private readonly int _channels;

    public StoredExperts(string text, int channels)
    {
        (_text, _channels) = (text, channels);
        Whole = StackText.Parse(text).Build<float>(channels);
        Whole.Initialize(new Rng(1));
        var writer = new SafetensorsWriter();
        foreach ((string name, Parameter<float> parameter) in Whole.Parameters)
        {
            writer.Add(name, parameter);
        }

        writer.Save(_path);
    }

    /// <summary>The same in memory.</summary>
    public ISequenceLayer<float> Whole { get; }

    /// <summary>The stack with room for a share of its experts.</summary>
    public (ISequenceLayer<float> Layer, ExpertStore<float> Store) Open(double share, bool looksAhead)
    {
        SafetensorsFile file = SafetensorsFile.Map(_path);
        var store = new ExpertStore<float>(file, "") { LooksAhead = looksAhead };
        ISequenceLayer<float> layer = StackText.Parse(_text).Build(_channels, store);
        store.Bind(layer);
        foreach ((string name, Parameter<float> parameter) in layer.Parameters)
        {
            file[name].CopyTo(parameter);
        }

        layer.Refresh();
        store.Allot(Math.Max(store.Least, (long)(share * store.Most)));
        return (layer, store);
    }

    /// <summary>One slice a call, slices one after another at once.</summary>
    public static Contestant Stream(ISequenceLayer<float> layer)
    {
        var stream = new Regimes(layer);
        for (int i = 0; i < WarmUp; i++)
        {
            stream.Step();
        }

        return Interleaved.InProcess(stream.Step);
    }

    /// <summary>Microseconds of a step of a paced stream, on average, its first fifth left out.</summary>
    public static double Paced(ISequenceLayer<float> layer, int slices)
    {
        var stream = new Regimes(layer);
        double seconds = 0;
        int counted = 0;
        for (int i = 0; i < slices; i++)
        {
            Thread.Sleep(Pause);
            long start = Stopwatch.GetTimestamp();
            stream.Step();
            if (i >= slices / 5)
            {
                seconds += Stopwatch.GetElapsedTime(start).TotalSeconds;
                counted++;
            }
        }

        return 1e6 * seconds / counted;
    }

    public void Dispose() => File.Delete(_path);

    private sealed class Regimes(ISequenceLayer<float> layer)
    {
        private readonly float[] _centres = Draw(layer.Inputs);
        private readonly float[] _x = new float[layer.Inputs];
        private readonly float[] _states = new float[layer.StateSize];
        private readonly float[] _outputs = new float[layer.Outputs];
        private readonly float[] _scratch = new float[layer.StepScratch(1)];
        private Rng _rng = new(6);
        private int _centre;

        public void Step()
        {
            if (_rng.Uniform() < 0.1)
            {
                _centre = _rng.Uniform() < 0.8 ? ((_centre * 5) + 7) % Centres : _rng.Below(Centres);
            }

            for (int i = 0; i < _x.Length; i++)
            {
                _x[i] = _centres[(_centre * _x.Length) + i] + (float)(Spread * _rng.Normal());
            }

            layer.Step(_x, [1], _states, _outputs, _scratch);
        }

        private static float[] Draw(int channels)
        {
            var centres = new float[Centres * channels];
            new Rng(5).Normal(centres.AsSpan(), 1);
            return centres;
        }
    }
}
