using System.Globalization;
using System.Text.Json;
using CampaignEngine.Cli.Output;
using CampaignEngine.Operating;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Mailings;

/// <summary>Shows mailings in flight until all have ended or it is cancelled: in place on a terminal, lines elsewhere, JSON a line where wished.</summary>
internal sealed class WatchDisplay(MailingWatch watch, OutputFormat format, TimeProvider time)
{
    // On a long list a reading costs seconds; it must not take the database's time from the sending.
    private const int RestPerReading = 4;
    private static readonly TimeSpan Shortest = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LineInterval = TimeSpan.FromSeconds(5);
    private static readonly JsonSerializerOptions OneLine = new(JsonResults.Options) { WriteIndented = false };

    public Task RunAsync(CancellationToken cancellationToken) =>
        format == OutputFormat.Table && !Console.IsOutputRedirected && Environment.GetEnvironmentVariable("TERM") is not "dumb"
            ? Terminal.For(Console.Out, redirected: false).Live(new Text("reading")).StartAsync(context => LoopAsync(
                Shortest,
                mailings =>
                {
                    context.UpdateTarget(Screen(mailings));
                    context.Refresh();
                },
                cancellationToken))
            : LoopAsync(format == OutputFormat.Table ? LineInterval : Shortest, WriteLines, cancellationToken);

    private async Task LoopAsync(TimeSpan interval, Action<IReadOnlyList<WatchedMailing>> show, CancellationToken cancellationToken)
    {
        try
        {
            while (true)
            {
                var start = time.GetTimestamp();
                var mailings = await watch.ReadAsync(cancellationToken);
                show(mailings);
                if (mailings.All(m => m.HasEnded))
                {
                    return;
                }

                var rest = time.GetElapsedTime(start) * RestPerReading;
                await Task.Delay(rest > interval ? rest : interval, time, cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // Ctrl-C is how watching ends.
        }
    }

    private void WriteLines(IReadOnlyList<WatchedMailing> mailings)
    {
        foreach (var mailing in mailings)
        {
            Console.Out.WriteLine(format == OutputFormat.Json ? JsonSerializer.Serialize(Row.Of(mailing, time.GetUtcNow()), OneLine) : Terminal.Clean(Line(mailing)));
        }

        Console.Out.Flush();
    }

    // What holds a mailing is a sentence; in a column it would take the width of the numbers.
    private static Rows Screen(IReadOnlyList<WatchedMailing> mailings) => new(
        [Table(mailings), .. mailings.Where(m => m.Hold is not null).Select(m => new Text(Terminal.Clean($"{m.Balance.Campaign}/{m.Balance.Drop}: {m.Hold}")))]);

    private static Table Table(IReadOnlyList<WatchedMailing> mailings)
    {
        var table = new Table().Border(TableBorder.Simple);
        foreach (var name in (string[])["drop", "state"])
        {
            table.AddColumn(new TableColumn(new Text(name)) { NoWrap = true });
        }

        foreach (var name in (string[])["accepted", "rejected", "deferred", "in doubt", "pending", "rate", "left"])
        {
            table.AddColumn(new TableColumn(new Text(name)) { NoWrap = true }.RightAligned());
        }

        foreach (var m in mailings)
        {
            var b = m.Balance;
            string[] cells = [$"{b.Campaign}/{b.Drop}", b.State, Number(b.Accepted), Number(b.Rejected), Number(b.Deferred), Number(b.InDoubt), Number(b.Pending), Rate(m), Left(m)];
            table.AddRow(cells.Select(cell => new Text(Terminal.Clean(cell))));
        }

        return table;
    }

    private static string Line(WatchedMailing m)
    {
        var b = m.Balance;
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{b.Campaign}/{b.Drop}, mailing {b.MailingId}: {b.State}, {b.Accepted:N0} accepted, {b.Rejected:N0} rejected, {b.Deferred:N0} deferred, {b.Pending:N0} pending, {b.InDoubt:N0} in doubt, {Rate(m)}");
        return text + (m.Left is null || m.HasEnded ? "" : $", {Left(m)} left") + (m.Hold is null ? "" : $"; {m.Hold}");
    }

    private static string Number(long value) => value.ToString("N0", CultureInfo.InvariantCulture);

    private static string Rate(WatchedMailing m) => string.Create(CultureInfo.InvariantCulture, $"{m.Rate:N0}/s");

    private static string Left(WatchedMailing m) => m.Left is not { } left || m.HasEnded ? ""
        : left.TotalDays >= 1 ? left.ToString("d'd 'hh'h'", CultureInfo.InvariantCulture)
        : left.ToString(left.TotalHours >= 1 ? "h'h 'mm'm'" : "m'm 'ss's'", CultureInfo.InvariantCulture);

    private sealed record Row(
        DateTimeOffset Time, int Mailing, string Campaign, string Drop, string Channel, string State, long Frozen, long Accepted, long Rejected, long Deferred,
        long InDoubt, long Pending, double Rate, double? SecondsLeft, string? LimitedBy, string? HeldBy)
    {
        public static Row Of(WatchedMailing m, DateTimeOffset now)
        {
            var b = m.Balance;
            return new(
                now, b.MailingId, b.Campaign, b.Drop, b.Channel, b.State, b.Frozen, b.Accepted, b.Rejected, b.Deferred, b.InDoubt, b.Pending,
                Math.Round(m.Rate, 1), m.HasEnded ? null : m.Left?.TotalSeconds, b.LimitedBy, m.Hold);
        }
    }
}
