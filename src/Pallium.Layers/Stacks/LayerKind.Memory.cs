using System.Globalization;

namespace Pallium.Layers;

// Memories with addresses.
public abstract partial class LayerKind
{
    private sealed class AddressedMemory() : LayerKind(
        "ntm",
        "heads of a Neural Turing Machine: a memory of slots, read and written by content and by place",
        Units("output channels"),
        new("slots", OptionForm.Between(3, MostSlots), 128, "slots of the memory"),
        new("width", OptionForm.Between(1, MostWidth), 32, "numbers in a slot"),
        new("heads", OptionForm.Between(1, MostAddressing), 1, "heads, each of which reads and writes"),
        new("range", OptionForm.Between(1, MostAddressing), 1, "slots by which a head may move in a slice, either way"))
    {
        private const int MostSlots = 16384;
        private const int MostWidth = 1024;
        private const int MostAddressing = 64;

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) => new TuringMachine<T>(OptionsOf(spec, inputs));

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            TuringMachineOptions options = OptionsOf(spec, inputs);
            long reads = (long)options.Heads * options.Width;
            long control = (4 * reads) + (2L * options.Heads * (4 + (2 * options.Range)));
            long weightings = 2L * options.Heads * options.Slots;
            return new(
                options.Units,
                ((control + options.Units) * (inputs + reads)) + weightings,
                ((long)options.Slots * options.Width) + weightings + reads + 1);
        }

        internal override void Check(LayerSpec spec)
        {
            int most = (spec.Get<int>("slots") - 1) / 2;
            if (spec.Get<int>("range") > most)
            {
                throw spec.Error(spec.Has("range") ? "range" : "slots", string.Create(
                    CultureInfo.InvariantCulture, $"a range of at most {most}, less than half of the {spec.Get<int>("slots")} slots"));
            }
        }

        private static TuringMachineOptions OptionsOf(LayerSpec spec, int inputs) => new(inputs, spec.Get<int>("units"))
        {
            Slots = spec.Get<int>("slots"),
            Width = spec.Get<int>("width"),
            Heads = spec.Get<int>("heads"),
            Range = spec.Get<int>("range"),
        };
    }

    private sealed class Milestones() : LayerKind(
        "milestones",
        "attention over the few slices that a gate chose to keep; those no longer read make way",
        Units("channels of values and of y"),
        new("entries", OptionForm.Between(1, MostEntries), null, "slices that are kept at the most"),
        new("keys", OptionForm.Count, 32, "channels of queries and keys"),
        new("span", OptionForm.Between(1, int.MaxValue), 64, "slices over which reads count as use"))
    {
        private const int MostEntries = 16384;

        internal override ISequenceLayer<T> Build<T>(LayerSpec spec, int inputs) =>
            new MilestoneMemory<T>(new(inputs, spec.Get<int>("units"), spec.Get<int>("entries")) { Keys = spec.Get<int>("keys"), Span = spec.Get<int>("span") });

        internal override LayerSize SizeOf(LayerSpec spec, int inputs)
        {
            (long units, long keys) = (spec.Get<int>("units"), spec.Get<int>("keys"));
            return new((int)units, ((2 * keys) + units + 1) * inputs, spec.Get<int>("entries") * (keys + units + 2));
        }
    }
}
