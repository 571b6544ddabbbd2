using System.Numerics;
using Pallium.Layers;
using Pallium.Learning;
using Pallium.Numerics;

namespace Pallium.Inference;

/// <summary>Learning of one layer to give what another gives, inside a network that runs on the other: the same windows as ever, judged by the error of the new layer.</summary>
/// <remarks>All weights but the new layer's are frozen, and none of the network's outputs depends on those: their whole gradient is that of the auxiliary loss.</remarks>
/// <param name="windows">Draws the windows.</param>
/// <param name="network">The network with both layers.</param>
/// <param name="validation">What judges.</param>
/// <typeparam name="T">float or double.</typeparam>
internal sealed class ImitationTask<T>(WorldTask<T> windows, SliceNetwork<T> network, ValidationSet<T> validation) : ILearningTask<T>
    where T : unmanaged, IBinaryFloatingPointIeee754<T>
{
    private readonly int _error = Place(network, StackExchange.ErrorLoss);
    private readonly int _power = Place(network, StackExchange.PowerLoss);

    public ParameterSet<T> Parameters => windows.Parameters;

    public int Chunks => windows.Chunks;

    public int SlicesPerStep => windows.SlicesPerStep;

    public void Refresh() => windows.Refresh();

    public void Begin(long step, double ahead) => windows.Begin(step, ahead);

    public ChunkLoss Learn(long step, int chunk, Gradients<T> gradients) => windows.Learn(step, chunk, gradients);

    /// <summary>Mean square error as a share of the mean square of what is imitated.</summary>
    public double Validate(ChunkRunner runner)
    {
        const double Nothing = 1e-30;
        double[] losses = validation.AuxiliaryLosses(runner);
        return losses[_error] / Math.Max(losses[_power], Nothing);
    }

    private static int Place(SliceNetwork<T> network, string name) =>
        network.Trunk.AuxiliaryLosses.Index().Single(loss => loss.Item.EndsWith(name, StringComparison.Ordinal)).Index;
}
