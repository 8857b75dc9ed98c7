using System.Globalization;
using CampaignEngine.Database;
using Dapper;
using Npgsql;

namespace CampaignEngine.Dispatching;

/// <summary>
/// Reconciles the ledger with itself: everybody of every frozen list is in exactly one place, every fact has its grant, every grant was allowed,
/// and the lists are the ones that were frozen. May run at any time, also while workers send.
/// </summary>
public static class LedgerVerification
{
    /// <summary>One campaign, or everything.</summary>
    public static async Task<LedgerReport> RunAsync(NpgsqlDataSource source, string? campaign, CancellationToken cancellationToken)
    {
        await using var connection = await source.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(System.Data.IsolationLevel.RepeatableRead, cancellationToken);
        var mailings = new List<MailingVerdict>();
        foreach (var mailing in await MailingBalance.ListAsync(connection, campaign, openOnly: false, cancellationToken))
        {
            var balance = await MailingBalance.ReadAsync(connection, mailing, cancellationToken);
            var checks = await connection.QuerySingleAsync<LedgerChecks>(new CommandDefinition(
                SqlFile.Load(typeof(LedgerVerification), "CheckLedger"), new { mailing_id = mailing }, commandTimeout: 600, cancellationToken: cancellationToken));
            mailings.Add(new MailingVerdict(balance, FaultsOf(balance, checks)));
        }

        return new LedgerReport(mailings);
    }

    private static List<string> FaultsOf(MailingBalance balance, LedgerChecks checks)
    {
        var faults = new List<string>();
        if (!balance.AddsUp)
        {
            var places = balance.Accepted + balance.Rejected + balance.Expired + balance.Skipped + balance.Cancelled + balance.InDoubt + balance.Pending;
            faults.Add(Text($"{balance.Frozen} people were frozen, {places} are accounted for"));
        }

        Expect(checks.Items == balance.Frozen, Text($"the list holds {checks.Items} people, {balance.Frozen} were frozen"));
        Expect(checks.ListHashMatches, "the list is not the one that was frozen: its hash differs");
        Expect(checks.OutcomesWithoutGrant == 0, Text($"{checks.OutcomesWithoutGrant} outcomes without a grant"));
        Expect(checks.OutcomesWithoutPerson == 0, Text($"{checks.OutcomesWithoutPerson} outcomes of people who are not on the list"));
        Expect(checks.OverlappingGrants == 0, Text($"{checks.OverlappingGrants} items granted twice for one attempt"));
        Expect(checks.AttemptsOutOfOrder == 0, Text($"{checks.AttemptsOutOfOrder} attempts granted before the one before had ended"));
        Expect(checks.GrantedToNobody == 0, Text($"{checks.GrantedToNobody} items were granted, have no end, and no worker has them"));
        Expect(checks.RecipientsTwice == 0, Text($"{checks.RecipientsTwice} recipients more than once on the list"));
        Expect(checks.RecipientsUnclaimed == 0, Text($"{checks.RecipientsUnclaimed} recipients without their claim in contact_once: another mailing could reach them again"));
        Expect(balance.State != "completed" || balance.Pending == 0, Text($"the mailing is complete, but {balance.Pending} people are pending"));
        return faults;

        void Expect(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private sealed record LedgerChecks
    {
        public long Items { get; init; }

        public long OutcomesWithoutGrant { get; init; }

        public long OutcomesWithoutPerson { get; init; }

        public long OverlappingGrants { get; init; }

        public long AttemptsOutOfOrder { get; init; }

        public long GrantedToNobody { get; init; }

        public long RecipientsTwice { get; init; }

        public long RecipientsUnclaimed { get; init; }

        public bool ListHashMatches { get; init; }
    }
}

/// <summary>One mailing's balance and what is wrong with it; empty faults mean balanced.</summary>
public sealed record MailingVerdict(MailingBalance Balance, IReadOnlyList<string> Faults)
{
    public bool Balanced => Faults.Count == 0;
}

/// <summary>All mailings that were looked at.</summary>
public sealed record LedgerReport(IReadOnlyList<MailingVerdict> Mailings)
{
    public bool Balanced => Mailings.All(m => m.Balanced);
}
