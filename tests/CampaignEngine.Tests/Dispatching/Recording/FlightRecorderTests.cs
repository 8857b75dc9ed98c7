using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Recording;
using CampaignEngine.Testing;

namespace CampaignEngine.Tests.Dispatching.Recording;

/// <summary>What a flight recorder says to whoever finds it, and when it says nothing.</summary>
public sealed class FlightRecorderTests : IDisposable
{
    private static readonly Guid Database = new("00000000-0000-0000-0000-000000000001");
    private static readonly DateTimeOffset Noon = new(2026, 3, 10, 12, 0, 0, TimeSpan.Zero);
    private readonly TempDirectory _folder = new("flight");

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void TellsWhatNeverLeftFromWhatWasOnTheWireAndFromWhatHadItsAnswer()
    {
        var reading = Left(recorder =>
        {
            recorder.Mark(recorder.Reserve(), 7, Item(1));
            var answered = recorder.Reserve();
            recorder.Mark(answered, 7, Item(2));
            recorder.Conclude(answered, 7, Item(2), new SendVerdict(SendOutcome.Rejected, 550, "5.1.1 no such user"), Noon);
            recorder.Reserve();
        })!;

        Assert.Equal("worker lost between terminator and reply: " + Owner, reading.Judge((7, 1, 1), false).Text);
        Assert.Equal(new SendVerdict(SendOutcome.Rejected, 550, "5.1.1 no such user"), reading.Judge((7, 2, 1), false));
        Assert.Equal(Noon, reading.Items[(7, 2, 1)]!.At);
        Assert.Equal(SendOutcome.NotAttempted, reading.Judge((7, 3, 1), false).Outcome);
        Assert.Equal(SendOutcome.NotAttempted, reading.Judge((7, 1, 2), false).Outcome);
        Assert.Equal(SendOutcome.NotAttempted, reading.Judge((8, 1, 1), false).Outcome);
        Assert.Equal(Database, reading.Installation);
    }

    [Fact]
    public void AnItemThatIsInDoubtAlreadyIsNotClearedByItsAbsence() =>
        Assert.Equal("worker lost: " + Owner, Left(recorder => recorder.Reserve())!.Judge((7, 1, 1), doubted: true).Text);

    [Fact]
    public void ASlotSpeaksOnlyOfTheItemItHoldsNow()
    {
        var reading = Left(recorder =>
        {
            var slot = recorder.Reserve();
            recorder.Conclude(slot, 7, Item(1), new SendVerdict(SendOutcome.Accepted, 250, new string('ö', 500)), Noon);
            recorder.Free(slot);
            Assert.Equal(slot, recorder.Reserve());
            recorder.Mark(slot, 7, Item(2));
        })!;

        Assert.Equal([(7, 2, 1)], reading.Items.Keys);
    }

    [Fact]
    public void KeepsTheBeginningOfALongAnswer()
    {
        var reading = Left(recorder => recorder.Conclude(recorder.Reserve(), 7, Item(1), new SendVerdict(SendOutcome.Deferred, 451, new string('ö', 500)), Noon))!;
        var text = reading.Judge((7, 1, 1), false).Text!;
        Assert.InRange(text.Length, 50, 120);
        Assert.Equal(new string('ö', text.Length), text);
    }

    [Fact]
    public void AnItemForWhichThereWasNoSlotTakesTheEvidenceFromAllThatAreAbsent()
    {
        var reading = Left(recorder =>
        {
            for (var i = 0; i < 4; i++)
            {
                recorder.Mark(recorder.Reserve(), 7, Item(i));
            }

            Assert.Equal(-1, recorder.Reserve());
            recorder.Mark(-1, 7, Item(5));
        })!;

        Assert.Equal(SendOutcome.InDoubt, reading.Judge((7, 5, 1), false).Outcome);
    }

    [Fact]
    public void AnotherDatabaseInTheMiddleTakesTheEvidenceAway()
    {
        var reading = Left(recorder =>
        {
            recorder.Reserve();
            recorder.Bind(new Guid("00000000-0000-0000-0000-000000000002"));
        })!;
        Assert.False(reading.IsComplete);
    }

    [Fact]
    public void AFileWithOneWrongBitInARecordIsEvidenceOfNothing()
    {
        var path = Leave(recorder =>
        {
            recorder.Mark(recorder.Reserve(), 7, Item(1));
            recorder.Conclude(recorder.Reserve(), 7, Item(2), new SendVerdict(SendOutcome.Accepted, 250, "ok"), Noon);
        });
        var whole = File.ReadAllBytes(path);
        Assert.NotNull(FlightFile.Read(whole));
        Assert.Null(FlightFile.Read(whole.AsSpan(0, whole.Length - 1)));
        int[] places = [.. Enumerable.Range(0, 300), .. Enumerable.Range(FlightFile.PlaceOf(0) + 4, 16), .. Enumerable.Range(FlightFile.PlaceOf(1) + 4, 42)];
        foreach (var place in places)
        {
            var torn = whole.ToArray();
            torn[place] ^= 0x10;
            Assert.True(FlightFile.Read(torn) is null, $"byte {place}");
        }

        // A record moved to another slot is not that slot's.
        var moved = whole.ToArray();
        moved.AsSpan(FlightFile.PlaceOf(0), FlightFile.SlotSize).CopyTo(moved.AsSpan(FlightFile.PlaceOf(2)));
        Assert.Null(FlightFile.Read(moved));
    }

    [Fact]
    public void ALivingWorkersRecorderIsNotRead()
    {
        var path = Path.Combine(_folder.FullName, "a.flight");
        using var recorder = FlightRecorder.Create(path, Owner, 4, out _)!;
        recorder.Bind(Database);
        recorder.Reserve();

        // The lock is held, although the process that the name speaks of is gone.
        Assert.Null(LostRecorder.TryOpen(path));
        var recorders = new FlightRecorders(_folder.FullName, "x/1/1/b", TimeProvider.System);
        Assert.Empty(recorders.FindLost());
        Assert.True(recorders.IsHeldElsewhere(Owner, []));
    }

    [Fact]
    public void ARecorderWhoseLockIsFreeIsNotReadWhileItsProcessLives()
    {
        var mine = WorkerIdentity.Of("a");
        Leave(recorder => recorder.Reserve(), mine);

        Assert.Empty(new FlightRecorders(_folder.FullName, "x/1/1/b", TimeProvider.System).FindLost());
        Assert.True(File.Exists(Path.Combine(_folder.FullName, "a.flight")));
    }

    [Fact]
    public void ARecorderOfAnotherBootIsLeftAWeekAndNeverRead()
    {
        var path = Leave(recorder => recorder.Reserve(), "other-machine-boot/1/1/a");
        var recorders = new FlightRecorders(_folder.FullName, "x/1/1/b", TimeProvider.System);

        Assert.Empty(recorders.FindLost());
        Assert.True(File.Exists(path));
        File.SetLastWriteTimeUtc(path, DateTime.UtcNow.AddDays(-8));
        Assert.Empty(recorders.FindLost());
        Assert.False(File.Exists(path));
    }

    [Fact]
    public void AWorkerThatRecordedEverythingLeavesNoFile()
    {
        Leave(recorder => recorder.Free(recorder.Reserve()));
        Assert.Empty(Directory.GetFiles(_folder.FullName));
    }

    [Fact]
    public void AFolderThatCannotBeWrittenIsSaidAndNothingElse()
    {
        var file = Path.Combine(_folder.FullName, "file");
        File.WriteAllText(file, "");
        Assert.Null(new FlightRecorders(Path.Combine(file, "flight"), Owner, TimeProvider.System).Open(4, out var problem));
        Assert.StartsWith("no flight recorder, so a killed worker leaves more in doubt: ", problem, StringComparison.Ordinal);
    }

    // A process of this machine and boot that has never been.
    private static string Owner { get; } = string.Join('/', [WorkerIdentity.Of("a").Split('/')[0], "1", "0", "a"]);

    private static SendItem Item(int ordinal) => new() { Ordinal = ordinal, Attempt = 1, CustomerKey = "c", RecipientKey = [1], Address = "a@b.example" };

    private string Leave(Action<FlightRecorder> fly, string? owner = null)
    {
        var path = Path.Combine(_folder.FullName, "a.flight");
        using var recorder = FlightRecorder.Create(path, owner ?? Owner, 4, out var problem) ?? throw new InvalidOperationException(problem);
        recorder.Bind(Database);
        fly(recorder);
        return path;
    }

    private FlightReading? Left(Action<FlightRecorder> fly)
    {
        Leave(fly);
        using var lost = Assert.Single(new FlightRecorders(_folder.FullName, "x/1/1/b", TimeProvider.System).FindLost());
        return lost.Reading;
    }
}
