using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using CampaignEngine.Mail.Receiving;
using CampaignEngine.Mail.Smtp;

namespace CampaignEngine.EndToEnd.Kills;

/// <summary>
/// The relay of the random kills, in the process that outlives the workers: notes who got which round before it answers, and answers late as relays do, so that a kill finds
/// messages between terminator and reply.
/// </summary>
internal sealed class KillSink : IAsyncDisposable
{
    private const int MostLatency = 100;
    private const int DeferredOneIn = 300;
    private const int LostOneIn = 700;

    private readonly SmtpReceiver _receiver;
    private readonly ConcurrentDictionary<(int Round, int Person), byte> _arrived = new();
    private readonly ConcurrentDictionary<int, long> _unsubscribed = new();
    private readonly ConcurrentDictionary<int, long> _paused = new();
    private readonly ConcurrentQueue<double> _late = new();
    private readonly ConcurrentQueue<string> _twice = new();
    private readonly ConcurrentQueue<string> _unapproved = new();
    private int _recipients;
    private int _messages;

    public KillSink(int seed)
    {
        var random = new Random(seed);
        TimeSpan[] latencies = [.. Enumerable.Range(0, 997).Select(_ => TimeSpan.FromMilliseconds(random.NextDouble() * MostLatency))];
        var answers = 0;
        var script = new ReceiverScript()
            .On(ReceiverMoment.Stored, _ => ReceiverAct.Wait(latencies[(uint)Interlocked.Increment(ref answers) % latencies.Length]))
            .On(ReceiverMoment.Recipient, _ => Interlocked.Increment(ref _recipients) % DeferredOneIn == 0 ? ReceiverAct.Answer(451, "4.7.1", "come again") : null)
            .On(ReceiverMoment.Data, _ => Interlocked.Increment(ref _messages) % LostOneIn == 0 ? ReceiverAct.Drop : null);
        _receiver = SmtpReceiver.Start(new SmtpReceiverOptions { Script = script }, StoreAsync, TimeProvider.System);
    }

    public int Port => _receiver.EndPoint.Port;

    public int Count => _arrived.Count;

    /// <summary>Round and person of messages that came a second time.</summary>
    public IReadOnlyCollection<string> Twice => _twice;

    /// <summary>Subjects that nobody approved.</summary>
    public IReadOnlyCollection<string> Unapproved => _unapproved;

    /// <summary>Milliseconds from the answer to an unsubscribe or a pause to a message that arrived in spite of it.</summary>
    public IReadOnlyCollection<double> Late => _late;

    public HashSet<int> Of(int round) => [.. _arrived.Keys.Where(k => k.Round == round).Select(k => k.Person)];

    public void Unsubscribed(int person) => _unsubscribed.TryAdd(person, Stopwatch.GetTimestamp());

    public void Paused(int round) => _paused[round] = Stopwatch.GetTimestamp();

    public void Resuming(int round) => _paused.TryRemove(round, out _);

    public ValueTask DisposeAsync() => _receiver.DisposeAsync();

    private ValueTask<SmtpReply> StoreAsync(ReceivedMessage message, CancellationToken cancellationToken)
    {
        var head = Encoding.Latin1.GetString(message.Data.Span[..Math.Min(message.Data.Length, 4096)]);
        var subject = head[(head.IndexOf("\r\nSubject: ", StringComparison.Ordinal) + 11)..].Split("\r\n")[0];
        var person = int.Parse(message.Recipients[0].AsSpan(3, message.Recipients[0].IndexOf('@') - 3), CultureInfo.InvariantCulture);
        if (!subject.StartsWith("Round ", StringComparison.Ordinal) || !int.TryParse(subject.AsSpan(6), CultureInfo.InvariantCulture, out var round))
        {
            _unapproved.Enqueue(subject);
            return ValueTask.FromResult(SmtpReceiver.Stored);
        }

        if (!_arrived.TryAdd((round, person), 0))
        {
            _twice.Enqueue(string.Create(CultureInfo.InvariantCulture, $"round {round}, person {person}"));
        }

        NoteLate(_unsubscribed, person);
        NoteLate(_paused, round);
        return ValueTask.FromResult(SmtpReceiver.Stored);
    }

    private void NoteLate(ConcurrentDictionary<int, long> since, int key)
    {
        if (since.TryGetValue(key, out var stamp))
        {
            _late.Enqueue(Stopwatch.GetElapsedTime(stamp).TotalMilliseconds);
        }
    }
}
