using System.Globalization;
using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Dispatching.Braking;

/// <summary>A mailing some of whose people wait because of brakes.</summary>
/// <param name="Brakes">Subject and state, the paused ones first.</param>
public sealed record BrakedMailing(int MailingId, IReadOnlyList<(string Subject, BrakeState State)> Brakes)
{
    /// <summary>Of these mailings the braked ones that have anybody left to send to.</summary>
    /// <param name="subjectsOf">See <see cref="DispatchOptions.SubjectsOf"/>.</param>
    public static async Task<IReadOnlyDictionary<int, BrakedMailing>> ReadAsync(
        NpgsqlConnection connection, int[] mailings, Func<MailingToSend, string?, IReadOnlyList<string>> subjectsOf, CancellationToken cancellationToken)
    {
        var view = await BrakeLedger.ReadAsync(connection, cancellationToken);
        if (view.States.Count == 0)
        {
            return new Dictionary<int, BrakedMailing>();
        }

        var rows = await connection.QueryAsync<Row>(new CommandDefinition(SqlFile.Load<BrakedMailing>("ReadUnsent"), new { mailings }, cancellationToken: cancellationToken));
        return rows.Select(row => new BrakedMailing(row.MailingId, [.. row.Providers
                .SelectMany(provider => subjectsOf(new MailingToSend(row.MailingId, row.Campaign, "", row.Channel, default, default, row.Definition), provider))
                .Distinct().Where(view.States.ContainsKey).Select(subject => (subject, view.States[subject])).OrderByDescending(b => b.Item2.Phase)]))
            .Where(m => m.Brakes.Count > 0).ToDictionary(m => m.MailingId);
    }

    /// <summary>One sentence for an operator: what holds it, why, and what ends it.</summary>
    /// <param name="zone">Of the time in it.</param>
    public string Describe(TimeZoneInfo zone) => string.Join("; ", Brakes.Select(b => b.State.Describe(b.Subject) + Ending(b.Subject, b.State, zone)));

    /// <summary>How an operator ends it.</summary>
    public static string Command(string subject) => subject.Split(':') switch
    {
        ["campaign", var name] => $"campaign resume {name}",
        [var kind, var name] => $"campaign resume --{kind} {name}",
        _ => throw new ArgumentException($"'{subject}' is not the name of a brake", nameof(subject)),
    };

    private static string Ending(string subject, BrakeState state, TimeZoneInfo zone) => state switch
    {
        { Phase: not BrakePhase.Paused } => "",
        { PausedUntil: { } until } => string.Create(CultureInfo.InvariantCulture, $"; '{Command(subject)}' goes on, or it does by itself at {TimeZoneInfo.ConvertTime(until, zone):yyyy-MM-dd HH:mm:ss zzz}"),
        _ => $"; '{Command(subject)}' goes on",
    };

    private sealed record Row
    {
        public int MailingId { get; init; }
        public string Campaign { get; init; } = "";
        public string Channel { get; init; } = "";
        public string Definition { get; init; } = "";
        public string?[] Providers { get; init; } = [];
    }
}
