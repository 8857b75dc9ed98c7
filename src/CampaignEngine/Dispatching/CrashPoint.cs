using System.Diagnostics;

namespace CampaignEngine.Dispatching;

/// <summary>
/// Places where a test kills the process for good, as a power cut would. Armed by the environment variable CAMPAIGN_CRASH=point:hit
/// ("before-terminator:3": at the third time). Without it a hit costs one comparison.
/// </summary>
public sealed class CrashPoint
{
    public const string Variable = "CAMPAIGN_CRASH";
    public const string AfterAcquire = "after-acquire";
    public const string BeforeTickCommit = "before-tick-commit";
    public const string AfterTickCommit = "after-tick-commit";
    public const string BeforeTerminator = "before-terminator";
    public const string AfterMark = "after-mark";
    public const string AfterTerminator = "after-terminator";
    public const string AfterReply = "after-reply";
    public const string BeforeOutcomeTick = "before-outcome-tick";

    /// <summary>Every point, in the order of a message's way.</summary>
    public static readonly IReadOnlyList<string> All =
        [AfterAcquire, BeforeTickCommit, AfterTickCommit, BeforeTerminator, AfterMark, AfterTerminator, AfterReply, BeforeOutcomeTick];

    private readonly string? _armed;
    private int _hitsLeft;

    /// <param name="setting">"point:hit", or null for none.</param>
    /// <exception cref="ArgumentException">There is no such point, or the hit is not a number from 1.</exception>
    public CrashPoint(string? setting)
    {
        if (string.IsNullOrEmpty(setting))
        {
            return;
        }

        var parts = setting.Split(':');
        if (parts.Length != 2 || !All.Contains(parts[0]) || !int.TryParse(parts[1], out _hitsLeft) || _hitsLeft < 1)
        {
            throw new ArgumentException($"{Variable}={setting}: write point:hit with one of {string.Join(", ", All)} and a hit from 1");
        }

        _armed = parts[0];
    }

    public static CrashPoint FromEnvironment() => new(Environment.GetEnvironmentVariable(Variable));

    public void Hit(string point)
    {
        if (_armed is null || !ReferenceEquals(point, _armed) && point != _armed || Interlocked.Decrement(ref _hitsLeft) != 0)
        {
            return;
        }

        // SIGKILL: no handler, no finally block, no flushed buffer.
        using var self = Process.GetCurrentProcess();
        self.Kill();
        using var never = new ManualResetEvent(false);
        never.WaitOne();
    }
}
