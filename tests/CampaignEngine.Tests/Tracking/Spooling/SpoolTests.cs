using System.Buffers;
using CampaignEngine.Testing;
using CampaignEngine.Tracking;
using CampaignEngine.Tracking.Machines;
using CampaignEngine.Tracking.Spooling;

namespace CampaignEngine.Tests.Tracking.Spooling;

public sealed class SpoolTests : IDisposable
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly TempDirectory _folder = new("spool");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void ARecordComesBackAsItWasWritten()
    {
        TrackedEvent[] events =
        [
            Event(1),
            Event(2) with { Kind = EventKind.Click, LinkNo = 65_535, MailingId = int.MaxValue, Ordinal = int.MaxValue, Score = new MachineScore(160, "HEAD request; network: x"), Head = true, Prefetch = true, Machine = true, Network = System.Net.IPNetwork.Parse("2001:db8:1::/48"), UserAgent = "茶 \"é\"" },
            Event(3) with { At = DateTimeOffset.MaxValue, UserAgent = "" },
        ];
        Assert.Equal(events, Read(Bytes(events)).Events);
    }

    [Fact]
    public void ATornLastRecordCostsNothingBeforeIt()
    {
        var whole = Bytes([Event(1), Event(2)]);
        var first = Bytes([Event(1)]).Length;
        for (var cut = first; cut < whole.Length; cut++)
        {
            var (events, damaged) = Read(whole[..cut]);
            Assert.Equal([Event(1)], events);
            Assert.Equal(cut - first, damaged);
        }
    }

    [Fact]
    public void AnyDamagedByteCostsItsOwnRecordAndNoOther()
    {
        var whole = Bytes([Event(1), Event(2), Event(3)]);
        var first = Bytes([Event(1)]).Length;
        var second = Bytes([Event(2)]).Length;
        for (var at = first; at < first + second; at++)
        {
            foreach (var value in (byte[])[0, 0xFF, (byte)(whole[at] ^ 1)])
            {
                var bytes = whole.ToArray();
                bytes[at] = value;
                var events = Read(bytes).Events;
                Assert.Equal(value == whole[at] ? [Event(1), Event(2), Event(3)] : [Event(1), Event(3)], events);
            }
        }
    }

    [Fact]
    public void ZerosAtTheEndAsAPowerCutLeavesThemAreNoEvents()
    {
        var (events, damaged) = Read([.. Bytes([Event(1)]), .. new byte[100_000]]);
        Assert.Equal([Event(1)], events);
        Assert.Equal(100_000, damaged);
    }

    [Fact]
    public void ManyBuffersFullOfRecordsAreReadInOrder()
    {
        var events = Enumerable.Range(1, 30_000).Select(Event).ToArray();
        Assert.Equal(events, Read(Bytes(events)).Events);
    }

    [Fact]
    public void RandomBytesAreNeverAnEvent()
    {
        var bytes = new byte[300_000];
        new Random(20260310).NextBytes(bytes);
        var (events, damaged) = Read(bytes);
        Assert.Empty(events);
        Assert.Equal(bytes.Length, damaged);
    }

    [Fact]
    public void EveryProcessHasAFolderOfItsOwnAndTheLostOnesAreFound()
    {
        var root = _folder["root"];
        using var first = SpoolFolder.Take(root);
        using (var second = SpoolFolder.Take(root))
        {
            Assert.NotEqual(first.Path, second.Path);
            File.WriteAllBytes(second.FileOf(7), Bytes([Event(1)]));
            Assert.Empty(SpoolFolder.TakeLost(root));
        }

        using var lost = Assert.Single(SpoolFolder.TakeLost(root));
        Assert.Equal([7], lost.Segments());
        Assert.Empty(SpoolFolder.TakeLost(root));
    }

    private static TrackedEvent Event(int n) => new() { MailingId = 1, Ordinal = n, Kind = EventKind.Open, At = Noon.AddSeconds(n), Key = $"open:1:{n}:0", UserAgent = "Mozilla/5.0" };

    private static byte[] Bytes(TrackedEvent[] events)
    {
        var bytes = new ArrayBufferWriter<byte>();
        foreach (var tracked in events)
        {
            SpoolRecord.Write(bytes, tracked);
        }

        return bytes.WrittenSpan.ToArray();
    }

    private (List<TrackedEvent> Events, long Damaged) Read(byte[] bytes)
    {
        var path = _folder["segment"];
        File.WriteAllBytes(path, bytes);
        using var reader = new SpoolReader(path);
        var events = new List<TrackedEvent>();
        int before;
        do
        {
            before = events.Count;
            reader.Read(events, before + 500, bytes.Length);
        }
        while (events.Count > before);

        return (events, reader.Damaged);
    }
}
