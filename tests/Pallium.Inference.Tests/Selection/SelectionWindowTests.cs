namespace Pallium.Inference.Tests;

public sealed class SelectionWindowTests
{
    [Theory]
    [InlineData(0, 100)]
    [InlineData(0, 32)]
    [InlineData(0, 5)]
    [InlineData(40, 100)]
    [InlineData(7, 8)]
    [InlineData(9, 9)]
    public void Every_slice_is_asked_about_once_and_no_window_is_too_long(int from, int to)
    {
        const int Steps = 32;
        SelectionWindow[] windows = [.. SelectionWindow.Over(new Stretch(3, from, to), Steps, 24)];
        Assert.Equal(Enumerable.Range(from, to - from), windows.SelectMany(window => Enumerable.Range(window.Asked, window.End - window.Asked)));
        Assert.All(windows, window => Assert.True(window.End - window.Asked <= Steps && window.Series == 3));
    }
}
