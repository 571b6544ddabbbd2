namespace Pallium.Benchmarks;

/// <summary>Sequence layers in both forms against torch and against themselves, one operation after another; a file for each family.</summary>
internal static class SequenceSuite
{
    public static void Run(Session session)
    {
        RecurrentSequences.Run(session);
        AssociativeSequences.Run(session);
        AttentionSequences.Run(session);
        SelectiveSequences.Run(session);
        MemorySequences.Run(session);
    }
}
