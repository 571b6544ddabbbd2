using System.IO.Compression;
using System.Text;
using Pallium.Numerics;

namespace Pallium.Inference.Tests;

/// <summary>Damaged files give an <see cref="InputException"/> or a frame that can be used; 100,000 of them with PALLIUM_LONG=1.</summary>
public sealed class FrameFuzzTests
{
    private static readonly string[] Originals =
    [
        "date,rain [mm],temp (°C),windy,kind\n2012-01-01,0.0,12.8,yes,drizzle\n2012-01-02,10.9,-10.6,no,rain\n2012-01-03,NA,11.7,,rain\n",
        "s;time;a;area\nx;1;5.25;20\ny;1;6;30\nx;2;7;\ny;5;8e3;30\n",
        "a\tb\r\n1\t\"two\"\r\n3\t\"f\"\"our\"\r\n",
        "time,v\n2024-10-27 01:00,1\n2024-10-27 02:00,2\n2024-10-27 02:00,3\n2024-10-27T03:00+01:00,4\n",
        "{\"time\": \"2024-01-01\", \"a\": 1.5, \"ok\": true}\n{\"time\": \"2024-01-02\", \"ok\": false, \"a\": null}\n{\"a\": \"x\\ud83d\"}\n",
    ];

    private static readonly string[] Pieces =
    [
        ",", ";", "\t", "\"", "\"\"", "\n", "\r", "\r\n", "\0", " ", "-", "NaN", "inf", "1e308", "-1e-320", "1e99", "0", "1", "99999999999999999999",
        "2024-10-27 02:30", "9999-12-31 23:59:59.9999999", "0001-01-01", "+18:00", "{", "}", "[", "null", "\\ud800", "é", "\uFEFF", "x", "true",
    ];

    [Fact]
    public void Damaged_files_give_errors_only()
    {
        int cases = LongForm.IsWanted ? 100_000 : 2_000;
        var root = new Rng(2024);
        int frames = 0;
        for (int i = 0; i < cases; i++)
        {
            Rng rng = root.For(i);
            byte[] bytes = Damaged(Encoding.UTF8.GetBytes(Originals[rng.Below(Originals.Length)]), ref rng);
            FrameOptions options = Options(ref rng);
            try
            {
                long before = GC.GetAllocatedBytesForCurrentThread();
                Frame frame = i % 50 == 0 ? ReadFile(bytes, options, compress: i % 100 == 0) : ReadText(bytes, options);
                Use(frame);
                frames++;

                // Fixed buffers and the summer time rules of a zone, then some hundred bytes per byte of the file.
                const long Fixed = 4_000_000;
                const long PerByte = 2_000;
                Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, Fixed + (PerByte * bytes.Length));
            }
            catch (InputException e)
            {
                Assert.DoesNotContain('\n', e.Message);
                Assert.EndsWith(".", e.Message, StringComparison.Ordinal);
            }
            catch (Exception e) when (e is not Xunit.Sdk.XunitException)
            {
                Assert.Fail($"Case {i}, {Encoding.UTF8.GetString(bytes)}: {e}");
            }
        }

        Assert.InRange(frames, cases / 20, cases);
    }

    private static byte[] Damaged(byte[] original, ref Rng rng)
    {
        List<byte> bytes = [.. original];
        for (int n = rng.Below(4); n >= 0; n--)
        {
            int at = rng.Below(bytes.Count + 1);
            int length = Math.Min(rng.Below(12), bytes.Count - at);
            switch (rng.Below(6))
            {
                case 0 when at < bytes.Count:
                    bytes[at] = (byte)rng.Below(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, length);
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 3 when rng.Below(4) == 0:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, Encoding.UTF8.GetBytes(Pieces[rng.Below(Pieces.Length)]));
                    break;
            }
        }

        return [.. bytes];
    }

    private static FrameOptions Options(ref Rng rng) => new()
    {
        Series = rng.Below(4) == 0 ? "s" : null,
        Static = rng.Below(8) == 0 ? ["area"] : [],
        Table = rng.Below(8) == 0,
        TimeZone = rng.Below(3) == 0 ? "Europe/Berlin" : null,
        Duplicates = (Duplicates)rng.Below(4),
        Schema = rng.Below(4) != 0 ? null : new FrameSchema([new Channel("a", ChannelKind.Positive), new Channel("kind", ChannelKind.Categorical) { Categories = ["rain"] }]),
    };

    private static Frame ReadText(byte[] bytes, FrameOptions options)
    {
        var utf8 = new UTF8Encoding(false, throwOnInvalidBytes: true);
        return Frame.ReadCsv(new StreamReader(new MemoryStream(bytes), utf8), "fuzz", options);
    }

    private static Frame ReadFile(byte[] bytes, FrameOptions options, bool compress)
    {
        string path = Path.GetTempFileName();
        try
        {
            using (Stream file = compress ? new GZipStream(File.Create(path), CompressionLevel.Fastest) : File.Create(path))
            {
                file.Write(bytes);
            }

            return Frame.ReadCsv(path, options);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Use(Frame frame)
    {
        Assert.NotEmpty(frame.Describe());
        Normalizer normalizer = Normalizer.Fit(frame);
        Clock clock = Clock.Fit(frame);
        var features = new double[clock.Features];
        foreach (Series series in frame.Series)
        {
            for (int i = 0; i < series.Length; i++)
            {
                clock.Write(series.Times[i], features);
                Assert.All(features, x => Assert.InRange(x, -1, 1));
                for (int c = 0; c < frame.Channels.Count; c++)
                {
                    double x = series.Row(i)[c];
                    Assert.True(double.IsNaN(x) || double.IsFinite(normalizer.Encode(c, x)), $"{x} of {frame.Channels[c]} is {normalizer.Encode(c, x)} by {normalizer.Channels[c]}");
                }
            }
        }
    }
}
