using FsCheck;
using FsCheck.Fluent;
using Pallium.Numerics;

namespace Pallium.Layers.Tests;

public sealed class ExpertStoreTests : IDisposable
{
    private const int Channels = 4;
    private const string Prefix = "trunk.";

    private static readonly string[] Stacks =
    [
        "moe(8x6,top=2)", "residual(rmsnorm+moe(6x5))+gru(4)", "moe(5,block=gru(4),top=2)", "moe(12x3,groups=4,top=2)", "moe(4x5,top=2,layers=3)", "moe(8x4,prototypes=2)",
        "moe(4x4,top=3,zero=1,copy=1,constant=1)", "depth(0.5,moe(4x4))", "moe(3,block=moe(4x5,top=2)+linear(4),top=2)", "chunks(moe(5x4)x2,slices=3)",
        "moe(4x4,router=cosine)+moe(6x7,router=similar,top=2)", "moe(3x4,grown=2,top=2)",
    ];

    private readonly string _path = Path.Combine(Path.GetTempPath(), $"{Guid.NewGuid():N}.safetensors");

    [Fact]
    public void Any_stack_has_the_bits_of_one_in_memory_and_stays_within_its_bytes()
    {
        Gen<int[]> draws = Gen.Choose(0, int.MaxValue - 1).ArrayOf(5);
        Check.One(Config.QuickThrowOnFailure.WithReplay(11, 13).WithMaxTest(60), Prop.ForAll(draws.ToArbitrary(), draw =>
        {
            ISequenceLayer<float> whole = Whole(Stacks[draw[0] % Stacks.Length], (ulong)draw[1]);
            int rows = 1 + (draw[2] % 5);
            (ISequenceLayer<float> stored, ExpertStore<float> store) = Open(Stacks[draw[0] % Stacks.Length], draw[3] % 2 == 0);
            long capacity = store.Least + (long)((store.Most - store.Least) * (draw[4] % 100 / 99.0));
            store.Allot(capacity);
            float[] expected = Run(whole, 1, rows, 12);
            float[] found = Run(stored, 1, rows, 12);
            Assert.Equal(expected, found);
            Assert.InRange(store.Statistics.MostResidentBytes, 1, capacity);
            Assert.Equal(whole.Parameters.Sum(item => (long)item.Parameter.Length), stored.Parameters.Sum(item => (long)item.Parameter.Length) + store.Parameters);
        }));
    }

    [Fact]
    public void Threads_that_want_other_experts_than_fit_have_the_bits_of_each_alone()
    {
        const string Stack = "moe(9x6,top=2)+moe(7,block=gru(4))";
        ISequenceLayer<float> whole = Whole(Stack, 3);
        (ISequenceLayer<float> stored, ExpertStore<float> store) = Open(Stack);
        store.Allot(store.Least);
        float[][] found = new float[6][];
        Thread[] threads = [.. Enumerable.Range(0, found.Length).Select(i => new Thread(() => found[i] = Run(stored, (ulong)i, 1 + (i % 3), 80)))];
        Array.ForEach(threads, thread => thread.Start());
        Array.ForEach(threads, thread => thread.Join());
        Assert.All(Enumerable.Range(0, found.Length), i => Assert.Equal(Run(whole, (ulong)i, 1 + (i % 3), 80), found[i]));
        Assert.InRange(store.Statistics.MostResidentBytes, 1, store.Least);
        Assert.True(store.Statistics.Misses > 50);
    }

    [Fact]
    public void With_all_bytes_each_expert_is_fetched_once_at_the_most()
    {
        Whole("moe(8x6,top=2)", 5);
        (ISequenceLayer<float> stored, ExpertStore<float> store) = Open("moe(8x6,top=2)", looksAhead: false);
        store.Allot(store.Most);
        Run(stored, 1, 4, 50);
        long fetched = store.Statistics.Misses;
        Assert.InRange(fetched, 2, 8);
        Run(stored, 1, 4, 50);
        Assert.Equal(fetched, store.Statistics.Misses);
        Assert.True(store.Statistics.HitRate > 0.9);
    }

    [Fact]
    public void A_step_allocates_nothing_also_where_it_fetches()
    {
        Whole("moe(8x6,top=2)", 5);
        (ISequenceLayer<float> stored, ExpertStore<float> store) = Open("moe(8x6,top=2)", looksAhead: false);
        store.Allot(store.Least);
        float[] x = new float[Channels];
        float[] states = new float[stored.StateSize];
        float[] outputs = new float[stored.Outputs];
        float[] scratch = new float[stored.StepScratch(1)];
        long Steps()
        {
            var rng = new Rng(4);
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
            {
                Fill(x, ref rng);
                stored.Step(x, [1], states, outputs, scratch);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        Steps();
        long misses = store.Statistics.Misses;
        Assert.Equal(0, Steps());
        Assert.True(store.Statistics.Misses > misses);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Experts_that_follow_one_another_are_fetched_ahead(bool looksAhead)
    {
        Whole("moe(6x3)", 1);
        (_, ExpertStore<float> store) = Open("moe(6x3)", looksAhead);
        ExpertPool<float> pool = Assert.Single(store.Pools);
        pool.Allot(3);
        for (int i = 0; i < 60; i++)
        {
            // Six in a circle and three places: what was used longest ago is always what comes next but two.
            pool.GiveBack(pool.Take(i % 6));
            pool.WaitUntilIdle();
        }

        ExpertStatistics statistics = store.Statistics;
        Assert.Equal(60, statistics.Hits + statistics.Misses);
        Assert.Equal(looksAhead ? 53 : 0, statistics.AheadHits);
        Assert.Equal(looksAhead ? 53 : 0, statistics.Hits);
    }

    [Fact]
    public void An_expert_in_use_stays_and_who_finds_no_room_waits()
    {
        Whole("moe(6x3)", 1);
        (_, ExpertStore<float> store) = Open("moe(6x3)");
        ExpertPool<float> pool = store.Pools[0];
        ExpertPool<float>.Slot first = pool.Take(0);
        var other = new Thread(() => pool.GiveBack(pool.Take(1)));
        other.Start();
        Assert.False(other.Join(50));
        Assert.Equal(0, first.Expert);
        pool.GiveBack(first);
        other.Join();
        Assert.Equal(1, first.Expert);
    }

    [Fact]
    public void What_is_fewer_than_one_slice_needs_is_refused()
    {
        Whole("moe(8x6,top=3)", 1);
        (_, ExpertStore<float> store) = Open("moe(8x6,top=3)");
        Assert.Throws<ArgumentOutOfRangeException>(() => store.Allot(store.Least - 1));
        store.Allot(store.Least);
        Assert.Equal(3, store.Pools[0].Slots);
        Assert.Equal(8, store.Experts);
    }

    [Fact]
    public void Bytes_are_shared_among_mixtures_by_what_each_lacks()
    {
        const string Stack = "moe(40x6,top=2)+moe(20x6,top=2)";
        Whole(Stack, 1);
        (_, ExpertStore<float> store) = Open(Stack);
        store.Allot((store.Least + store.Most) / 2);
        Assert.Equal([21, 11], store.Pools.Select(pool => pool.Slots));
        (_, store) = Open(Stack);
        store.Allot(10 * store.Most);
        Assert.Equal([40, 20], store.Pools.Select(pool => pool.Slots));
    }

    [Fact]
    public void There_is_no_learning_form()
    {
        Whole("moe(3x3)", 1);
        (ISequenceLayer<float> stored, _) = Open("moe(3x3)");
        Assert.Contains("opened as a whole", Assert.Throws<NotSupportedException>(() => stored.TraceSize(1, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<NotSupportedException>(() => stored.Initialize(new Rng(1)));
    }

    [Theory]
    [InlineData("missing", "no tensor 'trunk.0.experts.each.2.0.Wu'")]
    [InlineData("shape", "[3, 4] was expected")]
    [InlineData("nan", "not finite")]
    public void Files_without_such_experts_are_refused_by_name(string fault, string expected)
    {
        const string Spoilt = "trunk.0.experts.each.2.0.Wu";
        Whole("moe(4x3)", 1, (writer, name, parameter) =>
        {
            if (name == Spoilt && fault == "nan")
            {
                parameter.Values[1] = float.NaN;
            }

            if (name != Spoilt || fault != "missing")
            {
                writer.Add<float>(name, parameter.Values, name == Spoilt && fault == "shape" ? [4, 3] : [.. parameter.Shape]);
            }
        });
        string message = Assert.Throws<SafetensorsException>(() => Open("moe(4x3)")).Message;
        Assert.Contains(expected, message, StringComparison.Ordinal);
        Assert.Contains(Spoilt, message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_cut_short_while_in_use_is_told_and_blocks_nobody()
    {
        if (OperatingSystem.IsWindows())
        {
            // There a file that is mapped cannot be cut.
            return;
        }

        Whole("moe(9x6)", 1);
        (ISequenceLayer<float> stored, ExpertStore<float> store) = Open("moe(9x6)", looksAhead: true);
        store.Allot(store.Least);
        using (var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite | FileShare.Delete))
        {
            file.SetLength(file.Length - 1);
        }

        for (int i = 0; i < 3; i++)
        {
            Assert.Contains("cut short while in use", Assert.Throws<IOException>(() => Run(stored, 1, 1, 1)).Message, StringComparison.Ordinal);
        }
    }

    public void Dispose() => File.Delete(_path);

    /// <summary>A stack in memory, whose weights are in the file from now on.</summary>
    private ISequenceLayer<float> Whole(string stack, ulong seed, Action<SafetensorsWriter, string, Parameter<float>>? add = null)
    {
        ISequenceLayer<float> layer = StackText.Parse(stack).Build<float>(Channels);
        layer.Initialize(new Rng(seed));
        var writer = new SafetensorsWriter();
        foreach ((string name, Parameter<float> parameter) in layer.Parameters)
        {
            (add ?? ((to, key, values) => to.Add(key, values)))(writer, Prefix + name, parameter);
        }

        writer.Save(_path);
        return layer;
    }

    private (ISequenceLayer<float> Layer, ExpertStore<float> Store) Open(string stack, bool looksAhead = true)
    {
        SafetensorsFile file = SafetensorsFile.Map(_path);
        var store = new ExpertStore<float>(file, Prefix) { LooksAhead = looksAhead };
        ISequenceLayer<float> layer = StackText.Parse(stack).Build(Channels, store);
        store.Bind(layer);
        foreach ((string name, Parameter<float> parameter) in layer.Parameters)
        {
            file[Prefix + name].CopyTo(parameter);
        }

        layer.Refresh();
        return (layer, store);
    }

    /// <summary>All outputs and the last states of some steps of random inputs.</summary>
    private static float[] Run(ISequenceLayer<float> layer, ulong seed, int rows, int steps)
    {
        var rng = new Rng(seed);
        float[] x = new float[rows * layer.Inputs];
        float[] elapsed = [.. Enumerable.Repeat(1f, rows)];
        float[] states = new float[rows * layer.StateSize];
        float[] scratch = new float[layer.StepScratch(rows)];
        var all = new List<float>();
        for (int step = 0; step < steps; step++)
        {
            Fill(x, ref rng);
            float[] outputs = new float[rows * layer.Outputs];
            outputs.AsSpan().Fill(float.NaN);
            layer.Step(x, elapsed, states, outputs, scratch);
            all.AddRange(outputs);
        }

        return [.. all, .. states];
    }

    private static void Fill(Span<float> x, ref Rng rng)
    {
        foreach (ref float value in x)
        {
            value = (float)rng.Normal();
        }
    }
}
