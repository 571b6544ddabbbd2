namespace Pallium.Inference;

/// <summary>Questions about slices, collected and then answered by one run of the head.</summary>
/// <remarks>A question is a base distribution with its clamps; its answer is the distribution of every channel that is not clamped. Belongs to one thread.</remarks>
internal sealed class QuestionBatch
{
    private readonly WorldEngine _engine;
    private readonly SliceLayout _layout;
    private readonly NetworkScratch? _scratch;
    private double[] _features = [];
    private double[] _logits = [];
    private double[] _real = [];
    private double[] _discrete = [];
    private Standard[] _standards = [];
    private bool _networkAnswered;

    public QuestionBatch(WorldEngine engine)
    {
        _engine = engine;
        _layout = engine.Core.Layout;
        _scratch = engine.Network?.NewScratch();
    }

    /// <summary>Questions collected.</summary>
    public int Count { get; private set; }

    public void Clear()
    {
        Count = 0;
        _networkAnswered = false;
    }

    /// <summary>Adds a question; returns its number.</summary>
    /// <param name="gaussian">The base's distribution, clamps applied.</param>
    /// <param name="coordinates">Encoded slice with the clamped values.</param>
    /// <param name="clamped">Which channels are clamped.</param>
    /// <param name="features">Exogenous features of the slice.</param>
    /// <param name="elapsed">Time since the slice before.</param>
    /// <param name="only">The one channel that is asked for; -1: all that are not clamped.</param>
    public int Add(
        SliceGaussian gaussian, ReadOnlySpan<double> coordinates, ReadOnlySpan<bool> clamped, ReadOnlySpan<double> features, double elapsed, int only = -1)
    {
        int question = Count++;
        int width = _engine.Core.HeadFeatures;
        Grow(ref _logits, Count * _layout.DiscreteOutputs);
        Grow(ref _standards, Count * _layout.Variables.Length);
        if (_engine.Network is not null)
        {
            Grow(ref _features, Count * width);
            _engine.Core.Features(gaussian, coordinates, clamped, features, elapsed, _features.AsSpan(question * width, width));
        }

        foreach (SliceVariable variable in _layout.Variables)
        {
            if (clamped[variable.Channel] || (only >= 0 && variable.Channel != only))
            {
                continue;
            }

            if (variable.IsDiscrete)
            {
                _engine.Core.Logits(gaussian, variable, _logits.AsSpan((question * _layout.DiscreteOutputs) + variable.Output, variable.Outcomes));
            }
            else
            {
                _standards[(question * _layout.Variables.Length) + variable.Index] = _engine.Core.StandardOf(gaussian, variable);
            }
        }

        return question;
    }

    /// <summary>Runs the head over all questions.</summary>
    /// <param name="states">Network states, one row per question or one for all.</param>
    /// <param name="stepsAhead">How far ahead the slices lie: beyond a channel's horizon its answer is the base's alone.</param>
    public void Answer(ReadOnlySpan<double> states, int stepsAhead = 1)
    {
        if (_engine.Network is null || !_engine.Shares.Uses(stepsAhead))
        {
            return;
        }

        Grow(ref _real, Count * _layout.RealOutputs);
        Grow(ref _discrete, Count * _layout.DiscreteOutputs);
        _engine.Network.Answer(
            Count, states, _features.AsSpan(0, Count * _engine.Core.HeadFeatures), _real.AsSpan(0, Count * _layout.RealOutputs),
            _discrete.AsSpan(0, Count * _layout.DiscreteOutputs), _scratch!);
        _networkAnswered = true;
    }

    /// <summary>The answer for one channel.</summary>
    public CellPosterior Cell(int question, int channel, int stepsAhead = 1)
    {
        int discrete = _layout.DiscreteOf(channel);
        int real = _layout.RealOf(channel);
        bool network = _networkAnswered && stepsAhead <= _engine.Shares.Horizon[channel];
        return new CellPosterior(
            _engine.Schema.Channels[channel],
            _layout.Scale(channel),
            discrete < 0 ? [] : Probabilities(question, _layout.Variables[discrete], network),
            real < 0 ? null : MixtureOf(question, _layout.Variables[real], network));
    }

    private double[] Probabilities(int question, SliceVariable variable, bool network)
    {
        int start = (question * _layout.DiscreteOutputs) + variable.Output;
        var probabilities = new double[variable.Outcomes];
        MixtureSpan.BlendOutcomes(
            _logits.AsSpan(start, variable.Outcomes), network ? _discrete.AsSpan(start, variable.Outcomes) : [],
            _engine.Shares.Network[variable.Index], probabilities);
        return probabilities;
    }

    private Mixture MixtureOf(int question, SliceVariable variable, bool network)
    {
        Standard standard = _standards[(question * _layout.Variables.Length) + variable.Index];
        double share = network ? _engine.Shares.Network[variable.Index] : 0;
        int k = share > 0 ? _layout.Components : 0;
        var mixture = new Mixture(k + 1);
        ReadOnlySpan<double> outputs = k > 0 ? _real.AsSpan((question * _layout.RealOutputs) + variable.Output, 3 * k) : [];
        mixture.Span.Blend(standard, outputs, share, _engine.Shares.Mean[variable.Index]);
        return mixture;
    }

    private static void Grow<TItem>(ref TItem[] array, int length)
    {
        if (array.Length < length)
        {
            Array.Resize(ref array, Math.Max(length, 2 * array.Length));
        }
    }
}
