using System.Numerics;
using System.Runtime.CompilerServices;
using Pallium.Numerics;

namespace Pallium.Layers;

/// <summary>The experts of one mixture, of which as many are in memory as there are slots.</summary>
/// <remarks>
/// A slot is a block; filling it with an expert is copying that one's parameters from the file and refreshing the block. What was used longest ago gives way, never what
/// is in use; who finds all slots in use waits. All of a slot's states change under one lock, its block outside of it, while the slot is marked as being filled.
/// Ahead of time an expert is fetched by the thread pool for one of two reasons: the mixture says which it will run next, or the expert often came after this one on the
/// same thread (the few most frequent are counted, as by Metwally et al., 2005, "space saving"; repeats are left out, since what repeats is in memory).
/// Neither changes what is computed.
/// </remarks>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ExpertPool<T> : IThreadPoolWorkItem
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private const int None = -1;

    /// <summary>Places for the last expert of a thread; a collision costs a wrong guess.</summary>
    private const int Threads = 64;

    /// <summary>Experts that are counted as coming after another.</summary>
    private const int Followers = 4;

    /// <summary>A follower that came so many times less often than the most frequent is not worth fetching.</summary>
    private const int RareShare = 4;

    private readonly object _lock = new();
    private readonly ExpertStore<T> _store;
    private readonly Func<ISequenceLayer<T>> _newBlock;
    private readonly int _together;
    private readonly List<StoredExpert<T>> _experts = [];
    private readonly int[] _last = new int[Threads];
    private Slot[] _slots;
    private int[] _places = [];
    private (int Expert, int Count)[] _followers = [];
    private string[][] _names = [];
    private SafetensorsTensor[][] _tensors = [];
    private SafetensorsFile? _file;
    private WeightFormat? _format;
    private long _clock;
    private long _hits;
    private long _misses;
    private long _aheadHits;
    private long _ahead;
    private int _wanted = None;
    private int _beside = None;
    private bool _isFetching;

    /// <summary>A pool with one block, which tells the sizes of all.</summary>
    public ExpertPool(ExpertStore<T> store, Func<ISequenceLayer<T>> newBlock, int together)
    {
        _store = store;
        _newBlock = newBlock;
        _together = together;
        _last.AsSpan().Fill(None);
        _slots = [new Slot()];
        _slots[0].Layer = newBlock();
    }

    /// <summary>Experts in the file.</summary>
    public int Experts => _experts.Count;

    /// <summary>Slots that one slice needs.</summary>
    public int LeastSlots => Math.Min(_together, Experts);

    /// <summary>Slots that there are.</summary>
    public int Slots => _slots.Length;

    /// <summary>Bytes that a block takes with all that is derived from its weights, as allocated.</summary>
    public long SlotBytes { get; private set; }

    /// <summary>Bytes that are taken whatever is in memory: counts of transitions, and names.</summary>
    public long FixedBytes { get; private set; }

    /// <summary>Numbers in the file.</summary>
    public long Parameters => (long)Experts * Prototype.Parameters.Sum(item => (long)item.Parameter.Length);

    /// <summary>Bytes in the file.</summary>
    public long StoredBytes => Experts * (_format is null
        ? Prototype.Parameters.Sum(item => (long)item.Parameter.Length) * Unsafe.SizeOf<T>()
        : Prototype.Parameters.Sum(item => _format.Create(item.Parameter).Bytes));

    /// <summary>A block with the sizes of all; which weights it holds changes.</summary>
    internal ISequenceLayer<T> Prototype => _slots[0].Layer!;

    /// <summary>One more expert.</summary>
    public StoredExpert<T> NewExpert()
    {
        var expert = new StoredExpert<T>(this, _experts.Count);
        _experts.Add(expert);
        return expert;
    }

    /// <summary>Finds all experts in a file, and reads each once.</summary>
    public void Bind(SafetensorsFile file, WeightFormat? format, IReadOnlyDictionary<Parameter<T>, string> names)
    {
        _file = file;
        _format = format;
        string[] parameters = [.. Prototype.Parameters.Select(item => item.Name)];
        _names = [.. _experts.Select(expert => parameters.Select(name => names[expert.Mark] + name).ToArray())];
        _tensors = format is null ? [.. _names.Select(own => own.Select(name => file[name]).ToArray())] : [];
        _places = new int[Experts];
        _places.AsSpan().Fill(None);
        _followers = new (int, int)[checked(Experts * Followers)];
        _followers.AsSpan().Fill((None, 0));
        FixedBytes = (Experts * (sizeof(int) + (2L * sizeof(int) * Followers))) + _names.Sum(own => own.Sum(name => (long)sizeof(char) * name.Length));

        // The second block of its kind: what the first one set up for good is not part of any.
        long before = GC.GetAllocatedBytesForCurrentThread();
        _slots[0] = NewSlot();
        SlotBytes = GC.GetAllocatedBytesForCurrentThread() - before;
        for (int expert = 0; expert < Experts; expert++)
        {
            Fill(_slots[0], expert);
            CheckFinite(_slots[0], expert);
            _experts[expert].IsBound = true;
        }

        _store.Count(FixedBytes + SlotBytes);
    }

    /// <summary>Makes room for so many blocks, which are created as they are needed.</summary>
    public void Allot(int slots) => _slots = [.. _slots, .. Enumerable.Range(0, slots - 1).Select(_ => new Slot())];

    /// <summary>Adds up what became of the times that an expert was wanted.</summary>
    public ExpertStatistics AddTo(ExpertStatistics sum)
    {
        lock (_lock)
        {
            return sum with { Hits = sum.Hits + _hits, Misses = sum.Misses + _misses, AheadHits = sum.AheadHits + _aheadHits, Ahead = sum.Ahead + _ahead };
        }
    }

    /// <summary>An expert, in memory and kept there until it is given back.</summary>
    /// <exception cref="IOException">Its weights can no longer be read.</exception>
    public Slot Take(int expert)
    {
        Slot slot;
        bool isMissed = false;
        lock (_lock)
        {
            while (!TryFind(expert, out slot))
            {
                if (_places[expert] == None && Victim(None) is { } victim)
                {
                    (slot, isMissed) = (victim, true);
                    _misses++;
                    Begin(slot, expert, pins: 1);
                    break;
                }

                Monitor.Wait(_lock);
            }

            Expect(expert);
        }

        if (isMissed)
        {
            Load(slot, expert);
        }

        return slot;
    }

    /// <summary>Gives an expert back.</summary>
    public void GiveBack(Slot slot)
    {
        lock (_lock)
        {
            if (--slot.Pins == 0)
            {
                Monitor.PulseAll(_lock);
            }
        }
    }

    /// <summary>Says that an expert will be wanted soon, and which one, that must stay, before it.</summary>
    public void Announce(int expert, int before)
    {
        lock (_lock)
        {
            Want(expert, before);
        }
    }

    /// <summary>Fetches what is wanted ahead.</summary>
    public void Execute()
    {
        while (true)
        {
            Slot slot;
            int expert;
            lock (_lock)
            {
                expert = _wanted;
                _wanted = None;
                if (expert == None || _places[expert] != None || Victim(_beside) is not { } victim)
                {
                    _isFetching = false;
                    Monitor.PulseAll(_lock);
                    return;
                }

                slot = victim;
                Begin(slot, expert, pins: 0);
                slot.IsAhead = true;
                _ahead++;
            }

            try
            {
                Load(slot, expert);
            }
            catch (Exception fault) when (fault is IOException or SafetensorsException or OutOfMemoryException)
            {
                // Whoever wants the expert will be told.
            }
        }
    }

    /// <summary>Waits until nothing is being fetched ahead.</summary>
    internal void WaitUntilIdle()
    {
        lock (_lock)
        {
            while (_isFetching)
            {
                Monitor.Wait(_lock);
            }
        }
    }

    /// <summary>Takes a slot that holds the expert; false where none does, or it is still being filled.</summary>
    private bool TryFind(int expert, out Slot slot)
    {
        slot = _places[expert] == None ? _slots[0] : _slots[_places[expert]];
        if (_places[expert] == None || slot.IsFilling)
        {
            return false;
        }

        _hits++;
        _aheadHits += slot.IsAhead ? 1 : 0;
        slot.IsAhead = false;
        slot.Pins++;
        slot.Used = ++_clock;
        return true;
    }

    /// <summary>The slot that gives way: one never used, or that used longest ago, of those not in use; null where there is none.</summary>
    private Slot? Victim(int except)
    {
        Slot? victim = null;
        foreach (Slot slot in _slots)
        {
            if (slot.Pins == 0 && !slot.IsFilling && (slot.Expert == None || slot.Expert != except) && (victim is null || slot.Used < victim.Used))
            {
                victim = slot;
            }
        }

        return victim;
    }

    private void Begin(Slot slot, int expert, int pins)
    {
        if (slot.Expert != None)
        {
            _places[slot.Expert] = None;
        }

        _places[expert] = Array.IndexOf(_slots, slot);
        slot.Expert = expert;
        slot.Pins = pins;
        slot.IsFilling = true;
        slot.IsAhead = false;
        slot.Used = ++_clock;
    }

    private void Load(Slot slot, int expert)
    {
        bool isFilled = false;
        try
        {
            if (slot.Layer is not { } layer)
            {
                // Counted before it is there, so that the count is never behind.
                _store.Count(SlotBytes);
                Slot made = NewSlot();
                layer = made.Layer!;
                (slot.Weights, slot.Stored, slot.Layer) = (made.Weights, made.Stored, layer);
            }

            Fill(slot, expert);
            layer.Refresh();
            isFilled = true;
        }
        finally
        {
            lock (_lock)
            {
                slot.IsFilling = false;
                if (!isFilled)
                {
                    _store.Count(slot.Layer is null ? -SlotBytes : 0);
                    _places[expert] = None;
                    (slot.Expert, slot.Pins, slot.Used, slot.IsAhead) = (None, 0, 0, false);
                }

                Monitor.PulseAll(_lock);
            }
        }
    }

    private Slot NewSlot()
    {
        ISequenceLayer<T> layer = _newBlock();
        Parameter<T>[] weights = [.. layer.Parameters.Select(item => item.Parameter)];
        return new Slot { Layer = layer, Weights = weights, Stored = _format is null ? [] : [.. weights.Select(_format.Create)] };
    }

    private void Fill(Slot slot, int expert)
    {
        for (int i = 0; i < slot.Weights.Length; i++)
        {
            if (_format is null)
            {
                _tensors[expert][i].CopyTo(slot.Weights[i]);
            }
            else
            {
                slot.Stored[i].Read(_file!, _names[expert][i]);
                slot.Stored[i].Decode(slot.Weights[i]);
            }
        }
    }

    private void CheckFinite(Slot slot, int expert)
    {
        for (int i = 0; i < slot.Weights.Length; i++)
        {
            foreach (T value in slot.Weights[i].Values)
            {
                if (!T.IsFinite(value))
                {
                    throw new SafetensorsException($"Tensor '{_names[expert][i]}' holds a number that is not finite.");
                }
            }
        }
    }

    /// <summary>Counts which expert came after which on this thread, and wants the one that came most often after this.</summary>
    private void Expect(int expert)
    {
        ref int last = ref _last[Environment.CurrentManagedThreadId % Threads];
        if (last != None && last != expert)
        {
            CountAfter(_followers.AsSpan(last * Followers, Followers), expert);
        }

        last = expert;

        if (_wanted != None)
        {
            return;
        }

        // Guesses take half of what the next slice leaves at the most: they must drive out neither what it needs nor one another.
        int first = expert * Followers;
        int guesses = Math.Min(Followers, (_slots.Length - LeastSlots) / 2);
        for (int guess = first; guess < first + guesses; guess++)
        {
            (int follower, int count) = _followers[guess];
            if (RareShare * count < _followers[first].Count || follower == None)
            {
                return;
            }

            if (_places[follower] == None)
            {
                Want(follower, expert);
                return;
            }
        }
    }

    /// <summary>Counts one more occurrence; the most frequent stands first, and one that is new takes the place and the count of the rarest.</summary>
    private static void CountAfter(Span<(int Expert, int Count)> followers, int expert)
    {
        int place = 0;
        while (place < Followers - 1 && followers[place].Expert != expert)
        {
            place++;
        }

        followers[place] = (expert, followers[place].Count + 1);
        for (; place > 0 && followers[place].Count > followers[place - 1].Count; place--)
        {
            (followers[place], followers[place - 1]) = (followers[place - 1], followers[place]);
        }
    }

    private void Want(int expert, int beside)
    {
        if (!_store.LooksAhead || _slots.Length == 1 || _places[expert] != None)
        {
            return;
        }

        _wanted = expert;
        _beside = beside;
        if (!_isFetching)
        {
            _isFetching = true;
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }
    }

    /// <summary>A block, and which expert it is at present.</summary>
    internal sealed class Slot
    {
        /// <summary>The block; null: none was needed yet.</summary>
        public ISequenceLayer<T>? Layer { get; set; }

        public Parameter<T>[] Weights { get; set; } = [];

        public StoredWeights[] Stored { get; set; } = [];

        public int Expert { get; set; } = None;

        /// <summary>How many are using it.</summary>
        public int Pins { get; set; }

        public long Used { get; set; }

        public bool IsFilling { get; set; }

        /// <summary>Whether it was fetched ahead and not yet wanted.</summary>
        public bool IsAhead { get; set; }
    }
}
