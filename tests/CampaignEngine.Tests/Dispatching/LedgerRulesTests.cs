using CampaignEngine.Dispatching;
using CampaignEngine.Testing;
using Npgsql;

namespace CampaignEngine.Tests.Dispatching;

/// <summary>What the tables themselves refuse, however the statement came to be.</summary>
public sealed class LedgerRulesTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoHostileSessionsCannotGrantTheSameItems()
    {
        var mailing = await OwnedMailingAsync("hostile");
        await using var first = await database.Source.OpenConnectionAsync(Token);
        await using var second = await database.Source.OpenConnectionAsync(Token);
        await using var open = await first.BeginTransactionAsync(Token);
        await RunAsync(first, Grant(mailing, 1, 10, 20));

        // The second one has to wait for the first to end, and then loses.
        var losing = RunAsync(second, Grant(mailing, 1, 19, 30));
        await open.CommitAsync(Token);

        var refusal = await Assert.ThrowsAsync<PostgresException>(() => losing);
        Assert.Equal(PostgresErrorCodes.ExclusionViolation, refusal.SqlState);
    }

    [Fact]
    public async Task AnItemOfAnotherMailingOrAttemptIsNoOverlap()
    {
        var one = await OwnedMailingAsync("one");
        var two = await OwnedMailingAsync("two");
        await database.ExecuteAsync(Grant(one, 1, 1, 10));
        await database.ExecuteAsync(Grant(two, 1, 1, 10));
        await database.ExecuteAsync(Outcome(one, 3, 1, "deferred"));
        await database.ExecuteAsync(Grant(one, 2, 3, 4));
    }

    [Fact]
    public async Task AWorkerThatLostItsChunkGetsNoGrantEvenInTheMiddleOfATakeover()
    {
        var mailing = await OwnedMailingAsync("fenced");
        await using var taker = await database.Source.OpenConnectionAsync(Token);
        await using var takeover = await taker.BeginTransactionAsync(Token);
        await RunAsync(taker, $"UPDATE engine.send_chunk SET epoch = 2, owner = 'other' WHERE mailing_id = {mailing}");
        await using var zombie = await database.Source.OpenConnectionAsync(Token);
        var granting = RunAsync(zombie, Grant(mailing, 1, 1, 10));
        await takeover.CommitAsync(Token);

        await AssertRefusedAsync($"grant refused: chunk 1 of mailing {mailing} is in epoch 2 of other, not in epoch 1 of me", granting);
    }

    [Fact]
    public async Task NothingIsGrantedAheadOfTheCursorOrOutsideTheChunk()
    {
        var mailing = await OwnedMailingAsync("cursor");
        await database.ExecuteAsync($"UPDATE engine.send_chunk SET next_ordinal = 51 WHERE mailing_id = {mailing}");

        await AssertRefusedAsync($"grant refused: items [41,52) of mailing {mailing} are not below the cursor of chunk 1 (1 to before 51)", database.ExecuteAsync(Grant(mailing, 1, 41, 52)));
        await AssertRefusedAsync($"grant refused: items [0,5) of mailing {mailing} are not below the cursor of chunk 1 (1 to before 51)", database.ExecuteAsync(Grant(mailing, 1, 0, 5)));
        await AssertRefusedAsync($"grant refused: items (,5) of mailing {mailing} are not below the cursor of chunk 1 (1 to before 51)", database.ExecuteAsync(
            $"INSERT INTO engine.send_grant (mailing_id, attempt, ordinals, chunk_no, epoch, owner, deadline) VALUES ({mailing}, 1, int4range(NULL, 5), 1, 1, 'me', now())"));
    }

    [Theory]
    [InlineData("paused")]
    [InlineData("cancelled")]
    public async Task NothingIsGrantedForAMailingThatDoesNotRun(string state)
    {
        var mailing = await OwnedMailingAsync(state);
        await database.ExecuteAsync($"UPDATE engine.mailing SET state = '{state}' WHERE mailing_id = {mailing}");
        await AssertRefusedAsync($"grant refused: mailing {mailing} is not running", database.ExecuteAsync(Grant(mailing, 1, 1, 5)));
    }

    [Fact]
    public async Task ASecondAttemptNeedsAProvenEndOfTheFirst()
    {
        var mailing = await OwnedMailingAsync("attempts");
        await database.ExecuteAsync(Grant(mailing, 1, 1, 20));
        var open = $"grant refused: attempt 1 of item 5 of mailing {mailing} has not ended";
        var ended = $"grant refused: item 6 of mailing {mailing} has an end or a later attempt already";

        await AssertRefusedAsync(open, database.ExecuteAsync(Grant(mailing, 2, 5, 6)));
        await database.ExecuteAsync(Outcome(mailing, 6, 1, "accepted"));
        await AssertRefusedAsync(ended, database.ExecuteAsync(Grant(mailing, 2, 6, 7)));
        await AssertRefusedAsync($"grant refused: attempt 2 of item 7 of mailing {mailing} has not ended", database.ExecuteAsync(Outcome(mailing, 7, 1, "deferred") + ";" + Grant(mailing, 3, 7, 8)));

        await database.ExecuteAsync(Outcome(mailing, 5, 1, "not_attempted"));
        await database.ExecuteAsync(Grant(mailing, 2, 5, 6));
        await AssertRefusedAsync(
            $"grant refused: item 5 of mailing {mailing} has an end or a later attempt already",
            database.ExecuteAsync(Outcome(mailing, 5, 2, "rejected") + ";" + Grant(mailing, 2, 5, 6)));
    }

    [Fact]
    public async Task ADoubtIsFollowedByAnAttemptOnlyWhenAPersonDecidedSoAndAResendWaits()
    {
        var mailing = await OwnedMailingAsync("doubted");
        await database.ExecuteAsync(Grant(mailing, 1, 1, 20));
        await database.ExecuteAsync(
            $"INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, since, evidence) SELECT {mailing}, n, 1, now() - interval '14 minutes', 'lost' FROM generate_series(1, 4) n");
        await AssertRefusedAsync($"grant refused: attempt 1 of item 1 of mailing {mailing} has not ended", database.ExecuteAsync(Grant(mailing, 2, 1, 2)));

        await DecideAsync("sent", mailing, 1);
        await DecideAsync("not_sent", mailing, 2);
        await DecideAsync("resend", mailing, 3);

        await AssertRefusedAsync($"grant refused: attempt 1 of item 1 of mailing {mailing} has not ended", database.ExecuteAsync(Grant(mailing, 2, 1, 2)));
        await database.ExecuteAsync(Grant(mailing, 2, 2, 3));
        await AssertRefusedAsync($"grant refused: attempt 1 of item 3 of mailing {mailing} has not ended", database.ExecuteAsync(Grant(mailing, 2, 3, 4)));

        await database.ExecuteAsync(
            $"INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, since, evidence) VALUES ({mailing}, 10, 1, now() - interval '15 minutes', 'lost')");
        await DecideAsync("resend", mailing, 10);
        await database.ExecuteAsync(Grant(mailing, 2, 10, 11));
    }

    [Fact]
    public async Task FactsAreNotEditedAndADecisionIsFinal()
    {
        var mailing = await OwnedMailingAsync("facts");
        await database.ExecuteAsync(Grant(mailing, 1, 1, 20));
        await database.ExecuteAsync(Outcome(mailing, 1, 1, "accepted"));
        await database.ExecuteAsync($"INSERT INTO engine.send_doubt (mailing_id, ordinal, attempt, evidence) VALUES ({mailing}, 2, 1, 'lost')");
        await DecideAsync("sent", mailing, 2);

        await AssertRefusedAsync($"send_outcome_{mailing} of mailing {mailing} are facts and cannot be changed", database.ExecuteAsync($"UPDATE engine.send_outcome SET outcome = 'rejected' WHERE mailing_id = {mailing}"));
        await AssertRefusedAsync($"send_outcome_{mailing} of mailing {mailing} are facts and cannot be changed", database.ExecuteAsync($"DELETE FROM engine.send_outcome WHERE mailing_id = {mailing}"));
        await AssertRefusedAsync($"send_grant of mailing {mailing} are facts and cannot be changed", database.ExecuteAsync($"DELETE FROM engine.send_grant WHERE mailing_id = {mailing}"));
        await AssertRefusedAsync(
            $"the doubt about item 2 of mailing {mailing} is a fact; only its decision can be added, once",
            database.ExecuteAsync($"UPDATE engine.send_doubt SET decision = 'resend' WHERE mailing_id = {mailing}"));
    }

    [Fact]
    public async Task OnePersonIsClaimedOnceInsideAScope()
    {
        var mailing = await OwnedMailingAsync("claimed");
        var refusal = await Assert.ThrowsAsync<PostgresException>(() => database.ExecuteAsync(
            $"INSERT INTO engine.contact_once SELECT scope_id, recipient_key, mailing_id + 1 FROM engine.contact_once WHERE mailing_id = {mailing} LIMIT 1"));
        Assert.Equal(PostgresErrorCodes.UniqueViolation, refusal.SqlState);
    }

    [Fact]
    public async Task TwoHostileSessionsCannotClaimOnePersonTwice()
    {
        var mailing = await OwnedMailingAsync("claimed-twice");
        var claim = $"INSERT INTO engine.contact_once SELECT scope_id, '\\x000102030405060708090a0b0c0d0e0f', {mailing} FROM engine.contact_once WHERE mailing_id = {mailing} LIMIT 1";
        await using var first = await database.Source.OpenConnectionAsync(Token);
        await using var second = await database.Source.OpenConnectionAsync(Token);
        await using var open = await first.BeginTransactionAsync(Token);
        await RunAsync(first, claim);

        // The second one has to wait for the first to end, and then loses.
        var losing = RunAsync(second, claim);
        await open.CommitAsync(Token);

        Assert.Equal(PostgresErrorCodes.UniqueViolation, (await Assert.ThrowsAsync<PostgresException>(() => losing)).SqlState);
    }

    [Fact]
    public async Task TwoFreezesOfOneScopeCannotBothHaveAPerson()
    {
        await using var first = await database.Source.OpenConnectionAsync(Token);
        await using var second = await database.Source.OpenConnectionAsync(Token);
        const string Claim = """
            CREATE TEMP TABLE IF NOT EXISTS frozen (customer_key text, recipient_key bytea);
            INSERT INTO frozen VALUES ('c1', '\x00112233445566778899aabbccddeeff');
            """;
        await RunAsync(first, Claim);
        await RunAsync(second, Claim);
        var (one, two) = (await OwnedMailingAsync("freeze-one"), await OwnedMailingAsync("freeze-two"));
        await using var open = await first.BeginTransactionAsync(Token);
        await RunAsync(first, $"SELECT engine.claim_once('shared', {one})");

        var losing = RunAsync(second, $"SELECT engine.claim_once('shared', {two})");
        await open.CommitAsync(Token);
        await losing;

        // Whoever comes second finds the person taken, and says so.
        Assert.Equal("already_contacted", await database.ScalarAsync<string>($"SELECT reason FROM engine.mailing_excluded WHERE mailing_id = {two}"));
        Assert.Equal(1, await database.ScalarAsync<long>("SELECT count(*) FROM engine.contact_once WHERE recipient_key = '\\x00112233445566778899aabbccddeeff'"));
        await RunAsync(first, "DROP TABLE frozen");
        await RunAsync(second, "DROP TABLE frozen");
    }

    [Fact]
    public async Task VerifyNamesWhatAHandAtPsqlHasBroken()
    {
        var mailing = await OwnedMailingAsync("tampered");
        await database.ExecuteAsync(Grant(mailing, 1, 1, 20));
        await database.ExecuteAsync(Outcome(mailing, 50, 1, "accepted"));
        await database.ExecuteAsync($"UPDATE engine.send_chunk SET owner = NULL, lease_until = NULL WHERE mailing_id = {mailing}");
        await database.ExecuteAsync($"DELETE FROM engine.mailing_item WHERE mailing_id = {mailing} AND ordinal = 99");
        await database.ExecuteAsync($"DELETE FROM engine.contact_once WHERE mailing_id = {mailing} AND recipient_key = (SELECT recipient_key FROM engine.mailing_item WHERE mailing_id = {mailing} AND ordinal = 7)");

        var report = await LedgerVerification.RunAsync(database.Source, "tampered", Token);

        Assert.False(report.Balanced);
        Assert.Equal(
            [
                "100 people were frozen, 20 are accounted for",
                "the list holds 99 people, 100 were frozen",
                "the list is not the one that was frozen: its hash differs",
                "1 outcomes without a grant",
                "19 items were granted, have no end, and no worker has them",
                "1 recipients without their claim in contact_once: another mailing could reach them again",
            ],
            Assert.Single(report.Mailings).Faults);
    }

    // One chunk of 100, owned by 'me' in epoch 1, its cursor at the end.
    private async Task<int> OwnedMailingAsync(string campaign)
    {
        var mailing = await new FrozenMailing { Campaign = campaign }.FreezeAsync(database.Source, Token);
        await database.ExecuteAsync($"UPDATE engine.send_chunk SET epoch = 1, owner = 'me', lease_until = now(), next_ordinal = last_ordinal + 1 WHERE mailing_id = {mailing}");
        return mailing;
    }

    private static string Grant(int mailing, int attempt, int from, int before) =>
        $"INSERT INTO engine.send_grant (mailing_id, attempt, ordinals, chunk_no, epoch, owner, deadline) VALUES ({mailing}, {attempt}, int4range({from}, {before}), 1, 1, 'me', now())";

    private static string Outcome(int mailing, int ordinal, int attempt, string outcome) =>
        $"INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) VALUES ({mailing}, {ordinal}, {attempt}, '{outcome}', now())";

    private Task DecideAsync(string decision, int mailing, int ordinal) => database.ExecuteAsync(
        $"UPDATE engine.send_doubt SET decision = '{decision}', decided_at = now(), decided_by = 'ann' WHERE mailing_id = {mailing} AND ordinal = {ordinal}");

    private static async Task RunAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync(Token);
    }

    private static async Task AssertRefusedAsync(string message, Task statement) =>
        Assert.Equal(message, (await Assert.ThrowsAsync<PostgresException>(() => statement)).MessageText);
}
