using CampaignEngine.Mail.Smtp;
using CampaignEngine.Mail.Tests.Support;

namespace CampaignEngine.Mail.Tests.Smtp;

/// <summary>The process stood still, or its machine slept, while the relay answered.</summary>
public sealed class FrozenProcessTests
{
    [Theory]
    [InlineData("250 2.0.0 stored", SmtpVerdictKind.Accepted, 250)]
    [InlineData("451 4.3.0 later", SmtpVerdictKind.Deferred, 451)]
    public async Task AReplyThatCameMeanwhileIsReadAlthoughItsTimeIsOver(string reply, SmtpVerdictKind kind, int code)
    {
        await using var relay = new DialogueRelay(
            ["S: 220 ready", "C: (any)", "S: 250-relay.example", "S: 250 PIPELINING", "C: (any)", "S: 250 ok", "C: (any)", "S: 250 ok", "C: DATA", "S: 354 go on", "C: (message)", "C: .", $"S: {reply}"],
            Some.ShortMessage);
        var time = new FrozenTime(TimeSpan.FromMinutes(10), relay.Finished);
        await using var connection = await SmtpConnection.ConnectAsync(Some.Route(relay.Port), time, TestContext.Current.CancellationToken);
        var verdict = await connection.SendAsync(Some.Envelope, Some.Bytes(Some.ShortMessage), static () => true, TestContext.Current.CancellationToken);
        Assert.Equal((kind, SmtpStage.Terminator, code), (verdict.Kind, verdict.Stage, verdict.Code));
        Assert.False(connection.IsUsable, "its clock has run out: nobody may use it again");
    }

    /// <summary>Whoever sets a timer of exactly this span stands still until something has happened, and finds the timer run out.</summary>
    private sealed class FrozenTime(TimeSpan span, Task until) : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            new FrozenTimer(System.CreateTimer(callback, state, dueTime, period), span, until, () => callback(state));

        private sealed class FrozenTimer(ITimer timer, TimeSpan span, Task until, Action fire) : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period)
            {
                if (dueTime != span)
                {
                    return timer.Change(dueTime, period);
                }

                Assert.True(until.Wait(TimeSpan.FromSeconds(30)), "the relay said all it had to say");
                fire();
                return true;
            }

            public void Dispose() => timer.Dispose();

            public ValueTask DisposeAsync() => timer.DisposeAsync();
        }
    }
}
