using Pallium.Numerics;

namespace Pallium.Learning;

/// <summary>What a window of sequences has in learning and not in answers.</summary>
/// <param name="Noise">Random stream of the update, for dropout and the like.</param>
/// <param name="FirstRow">Index of the window's first row in the whole batch.</param>
/// <param name="Ahead">Share of learning that is still ahead, from 1 to 0.</param>
public readonly record struct LearningWindow(Rng Noise, int FirstRow, double Ahead);
