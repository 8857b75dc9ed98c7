namespace CampaignEngine.Tests.Dispatching.Exploration;

/// <summary>
/// Every state that two workers, a ledger, a relay and a few people can get into: crashes at any step, lost replies, lost answers to commits, deferrals,
/// takeovers of the living and the dead. The whole exploration (three attempts, two crashes, over seven million states) runs with CAMPAIGN_EXPLORE=full.
/// </summary>
public sealed class ExplorationTests
{
    private const int People = 2;

    [Fact]
    public void NobodyIsSentToTwiceAndNobodyIsLostInAnyStateThatCanBeReached()
    {
        var full = Environment.GetEnvironmentVariable("CAMPAIGN_EXPLORE") == "full";
        var (states, fault) = Explore(Variant.AsBuilt, attempts: full ? 3 : 2, crashes: full ? 2 : 1);

        Assert.Null(fault);
        TestContext.Current.TestOutputHelper?.WriteLine($"{states:N0} states");
        Assert.InRange(states, full ? 7_000_000 : 900_000, int.MaxValue);
    }

    [Theory]
    [InlineData(nameof(Variant.SendThenRecord), "duplicate")]
    [InlineData(nameof(Variant.Unfenced), "duplicate")]
    [InlineData(nameof(Variant.CursorAtFetch), "lost")]
    [InlineData(nameof(Variant.MarkAfterTerminator), "duplicate")]
    [InlineData(nameof(Variant.RecorderOfTheLiving), "duplicate")]
    [InlineData(nameof(Variant.AbsenceClearsDoubts), "duplicate")]
    public void TheSameExplorationFindsTheMistakesOthersHaveMade(string variant, string fault)
    {
        var found = Explore(Enum.Parse<Variant>(variant), attempts: 2, crashes: 1, fault).Fault;
        Assert.StartsWith(fault, found, StringComparison.Ordinal);
        TestContext.Current.TestOutputHelper?.WriteLine(found!);
    }

    // Breadth first, so that the way to a fault is a shortest one.
    private static (int States, string? Fault) Explore(Variant variant, int attempts, int crashes, string wanted = "")
    {
        var protocol = new Protocol(People, attempts, variant);
        var world = new World(People) { CrashesLeft = crashes };
        var start = world.Pack();
        var cameFrom = new Dictionary<UInt128, (UInt128 State, Step Step)> { [start] = (start, default) };
        var queue = new Queue<UInt128>([start]);
        while (queue.TryDequeue(out var state))
        {
            var steps = protocol.StepsFrom(state, out var progress);
            world.Unpack(state);
            if ((world.Fault() ?? (progress ? null : world.FaultAtRest())) is { } fault && fault.StartsWith(wanted, StringComparison.Ordinal))
            {
                return (cameFrom.Count, $"{fault}: {string.Join(", ", Way(state))}");
            }

            foreach (var (step, next) in steps)
            {
                if (cameFrom.TryAdd(next, (state, step)))
                {
                    queue.Enqueue(next);
                }
            }
        }

        return (cameFrom.Count, null);

        List<string> Way(UInt128 state)
        {
            var way = new List<string>();
            for (; state != start; state = cameFrom[state].State)
            {
                way.Insert(0, cameFrom[state].Step.ToString());
            }

            return way;
        }
    }
}
