namespace Pallium.Numerics.Tests;

public sealed class PhiloxTests
{
    /// <summary>The known answers that come with the authors' library Random123 (kat_vectors, philox4x32 10): words in order.</summary>
    [Theory]
    [InlineData("00000000 00000000 00000000 00000000", "00000000 00000000", "6627e8d5 e169c58d bc57ac4c 9b00dbd8")]
    [InlineData("ffffffff ffffffff ffffffff ffffffff", "ffffffff ffffffff", "408f276d 41c83b0e a20bc7c6 6d5451fd")]
    [InlineData("243f6a88 85a308d3 13198a2e 03707344", "a4093822 299f31d0", "d16cfe09 94fdcceb 5001e420 24126ea1")]
    public void The_authors_answers_come_out(string counter, string key, string expected)
    {
        ulong[] c = Pairs(counter);
        ulong[] answer = Pairs(expected);
        Assert.Equal((answer[0], answer[1]), Philox.Block(Pairs(key)[0], c[0], c[1]));
    }

    private static ulong[] Pairs(string words) =>
        [.. words.Split(' ').Select(word => Convert.ToUInt64(word, 16)).Chunk(2).Select(pair => pair[0] | (pair[1] << 32))];
}
