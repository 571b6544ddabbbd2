using System.Numerics;
using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>The summed loss of one chunk of a batch and the weight it was summed over.</summary>
/// <param name="Sum">Summed loss, in nats or squared units.</param>
/// <param name="Weight">Cells, slices or rows that the sum runs over; the step's loss is Σ Sum / Σ Weight.</param>
public readonly record struct ChunkLoss(double Sum, double Weight);

/// <summary>A model together with data and a loss, as the <see cref="Trainer{T}"/> sees it.</summary>
/// <remarks>A batch is cut into chunks by shape (16 rows each), never by the number of threads; chunks of a step run at the same time.</remarks>
/// <typeparam name="T">float or double.</typeparam>
public interface ILearningTask<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    /// <summary>What is learned.</summary>
    ParameterSet<T> Parameters { get; }

    /// <summary>Chunks of every learning step.</summary>
    int Chunks { get; }

    /// <summary>Slices (or samples) that one step learns from, for the reported rate.</summary>
    int SlicesPerStep { get; }

    /// <summary>Called after the parameters changed, before anything else reads them.</summary>
    void Refresh();

    /// <summary>Called once before the chunks of a step.</summary>
    /// <param name="step">The update, from 0.</param>
    /// <param name="ahead">Share of learning that is still ahead, from 1 to 0.</param>
    void Begin(long step, double ahead);

    /// <summary>Loss of one chunk; adds the gradient of its <see cref="ChunkLoss.Sum"/> and of the layers' auxiliary losses, which the sum leaves out.</summary>
    /// <exception cref="DivergenceException">Something is no longer finite.</exception>
    ChunkLoss Learn(long step, int chunk, Gradients<T> gradients);

    /// <summary>Loss on the part held back for early stopping; lower is better.</summary>
    double Validate(ChunkRunner runner);
}
