using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using CampaignEngine.Channels.Email;
using CampaignEngine.Dispatching;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Composing;
using CampaignEngine.Mail.Smtp;
using Npgsql;

namespace CampaignEngine.EndToEnd.Dispatching;

/// <summary>A worker in a process of its own: the real dispatcher, ledger and SMTP client; only the messages are made by hand.</summary>
internal sealed record WorkerChild
{
    public const string Verb = "worker-child";

    public required string Database { get; init; }

    public required int Port { get; init; }

    public double LeaseSeconds { get; init; } = 30;

    public double GrantSeconds { get; init; } = 20;

    public int Lanes { get; init; } = 3;

    public int LargestGrant { get; init; } = 8;

    /// <summary>Runs on when nothing is left, until it is killed.</summary>
    public bool RunsOn { get; init; }

    /// <summary>Folder of the flight recorders; null: none.</summary>
    public string? Recorders { get; init; }

    /// <summary>Starts it; <paramref name="crash"/> is a crash point and its hit.</summary>
    public Process Start(string? crash = null)
    {
        // The tests may run as a program of their own or as "dotnet CampaignEngine.EndToEnd.dll".
        string[] program = Path.GetFileNameWithoutExtension(Environment.ProcessPath) == "dotnet" ? [typeof(WorkerChild).Assembly.Location] : [];
        var start = new ProcessStartInfo(Environment.ProcessPath!, [.. program, Verb, JsonSerializer.Serialize(this)]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment[CrashPoint.Variable] = crash;
        start.Environment["DOTNET_TieredPGO"] = "0";
        return Process.Start(start)!;
    }

    public static async Task<int> RunAsync(string[] args)
    {
        var child = JsonSerializer.Deserialize<WorkerChild>(args[0])!;
        await using var source = NpgsqlDataSource.Create(child.Database);
        var route = new SmtpRoute { Host = "127.0.0.1", Port = child.Port, Tls = SmtpTls.Off, Timeouts = new SmtpTimeouts { Terminator = TimeSpan.FromSeconds(5) } };
        var worker = new Dispatcher(
            source,
            new EmailChannel(route, TimeProvider.System),
            new HandMadeMessages(),
            new DispatchOptions
            {
                Lanes = child.Lanes,
                LargestGrant = child.LargestGrant,
                RecorderDirectory = child.Recorders,
                Lease = TimeSpan.FromSeconds(child.LeaseSeconds),
                GrantLifetime = TimeSpan.FromSeconds(child.GrantSeconds),
                PollInterval = TimeSpan.FromMilliseconds(20),
                Retry = new RetrySchedule { First = TimeSpan.FromMilliseconds(50), Longest = TimeSpan.FromMilliseconds(50) },
            },
            WorkerIdentity.Of(Guid.NewGuid().ToString("N")),
            CrashPoint.FromEnvironment(),
            TimeProvider.System)
        {
            Say = Console.Error.WriteLine,
        };
        var counts = child.RunsOn ? await worker.RunAsync(CancellationToken.None) : await worker.RunUntilIdleAsync(CancellationToken.None);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{counts.Accepted} {counts.InDoubt}"));
        return counts.Problem is null ? 0 : 1;
    }

    private sealed class HandMadeMessages : IMessageSource
    {
        private static readonly MessageIds Ids = new(new byte[32], "sender.example");

        public ValueTask<IMessageBatch> LoadAsync(MailingToSend mailing, IReadOnlyList<SendItem> items, CancellationToken cancellationToken) =>
            ValueTask.FromResult<IMessageBatch>(new Batch(mailing));

        private sealed class Batch(MailingToSend mailing) : IMessageBatch
        {
            private readonly MessageComposer _composer = new();

            public bool TryBuild(SendItem item, OutgoingMessage message, out string failure)
            {
                message.Sender = "bounce@sender.example";
                message.Recipient = item.Address;
                if (!EmailAddress.TryParse("shop@sender.example", out var from, out _) || !EmailAddress.TryParse(item.Address, out var to, out _))
                {
                    failure = "no address";
                    return false;
                }

                var content = new MessageContent
                {
                    From = new Mailbox(from, "Shop"),
                    To = new Mailbox(to, ""),
                    Subject = "Hello",
                    MessageId = Ids.Of(mailing.MailingId, item.Ordinal),
                    Date = mailing.FrozenAt,
                    TextUtf8 = "Hello, this is a message.\n"u8.ToArray(),
                };
                failure = _composer.Compose(content, message.Content)?.ToString() ?? "";
                return failure.Length == 0;
            }

            public void Dispose()
            {
            }
        }
    }
}
