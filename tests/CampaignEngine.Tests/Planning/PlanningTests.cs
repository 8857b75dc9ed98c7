using CampaignEngine.Campaigns;
using CampaignEngine.Deduplication;
using CampaignEngine.Planning;

namespace CampaignEngine.Tests.Planning;

public sealed class PlanningTests(PlanningFixture fixture) : IClassFixture<PlanningFixture>
{
    [Fact]
    public async Task EverybodyHasTheOneReasonThatDecided()
    {
        PlanDocument plan = await fixture.PlanAsync(PlanningFixture.Campaign("reasons"));
        Dictionary<string, string> reasons = await fixture.ReasonsAsync(plan);
        Assert.Equal(new Dictionary<string, string>
        {
            ["anna"] = Reason.DuplicateEmail,      // anna-2 ordered later
            ["anna-2"] = Reason.Contact,
            ["bruno"] = Reason.Condition,
            ["nomail"] = Reason.NoAddress,
            ["broken"] = Reason.InvalidAddress,
            ["unasked"] = Reason.NoConsent,
            ["blocked"] = Reason.Suppressed,
            ["mother"] = Reason.DuplicateHousehold,
            ["father"] = Reason.Contact,
            ["idn"] = Reason.DuplicateEmail,
            ["idn-2"] = Reason.Contact,
            ["cross"] = Reason.Condition,
        }.OrderBy(r => r.Key), reasons.OrderBy(r => r.Key));
        Assert.Equal(12, plan.Universe);
        Assert.Equal(10, plan.Selected);
        Assert.Equal(3, plan.Net);
        Assert.Equal(plan.Universe, plan.Waterfall.Sum(s => s.Count) + plan.Contact);
        Assert.Equal([1, 3], plan.Waterfall.Where(s => s.Reason == Reason.Condition).Select(s => s.Condition!.Value));
        Assert.Equal("exclude: has(complaints where status = \"open\")", plan.Waterfall[1].Detail);
        Assert.Equal(0.30m, plan.Cost);
    }

    [Fact]
    public async Task TheSameDataGiveTheSameHashAndTheSameCells()
    {
        CampaignDefinition campaign = PlanningFixture.Campaign("again", "  holdout: 30%");
        PlanDocument first = await fixture.PlanAsync(campaign);
        PlanDocument second = await fixture.PlanAsync(campaign);
        Assert.Equal(first.Hash, second.Hash);
        Assert.Equal((first.Net, first.Control), (second.Net, second.Control));
        Assert.Equal(0, second.Difference!.Joined + second.Difference.Left);
    }

    [Fact]
    public async Task ThePlanSaysWhatItsControlCellCanShow()
    {
        PlanDocument plan = await fixture.PlanAsync(PlanningFixture.Campaign("power", "  holdout: 50%", more: "goal: { conversion_rate: 4% }"));
        Assert.Equal(plan.Control > 0 && plan.Contact > 0, plan.Power is { Of: "conversion", Rate: 0.04, ControlForAFifth: null });
        Assert.Null((await fixture.PlanAsync(PlanningFixture.Campaign("power-without-goal", "  holdout: 50%"))).Power);
        Assert.Null((await fixture.PlanAsync(PlanningFixture.Campaign("power-without-control", more: "goal: { response_rate: 4% }"))).Power);
    }

    [Fact]
    public async Task ThePlanSaysWhoJoinedAndWhoLeftSinceTheOneBefore()
    {
        PlanDocument wide = await fixture.PlanAsync(PlanningFixture.Campaign("differs"));
        PlanDocument narrow = await fixture.PlanAsync(PlanningFixture.Campaign("differs", "  limit: 1 by sum(orders.amount) desc"));
        Assert.NotEqual(wide.Hash, narrow.Hash);
        Assert.Equal((wide.Hash, 0L, 2L, true), (narrow.Difference!.Previous, narrow.Difference.Joined, narrow.Difference.Left, narrow.Difference.DefinitionChanged));
        Assert.Equal(new PlanChange(Reason.Contact, Reason.OverLimit, 2), Assert.Single(narrow.Difference.Changes));
        Assert.Equal("idn-2", Assert.Single(await fixture.ReasonsAsync(narrow), r => r.Value == Reason.Contact).Key);
    }

    [Fact]
    public async Task ALaunchFreezesExactlyThePlannedPeopleOnce()
    {
        PlanDocument plan = await fixture.PlanAsync(PlanningFixture.Campaign("launched"));
        LaunchResult launched = await fixture.LaunchAsync(plan);
        Assert.Equal(LaunchEnding.Launched, launched.Ending);
        LaunchedDrop drop = Assert.Single(launched.Drops);
        Assert.Equal(["anna-2", "father", "idn-2"], await fixture.ItemsAsync(drop.MailingId));
        Assert.Equal(LaunchEnding.AlreadyLaunched, (await fixture.LaunchAsync(plan)).Ending);
        Assert.Equal(1L, await fixture.ScalarAsync<long>("SELECT count(*) FROM engine.mailing WHERE campaign = 'launched'"));
    }

    [Fact]
    public async Task ACampaignIsNotLaunchedUnderTheNameOfAnImportedOne()
    {
        PlanDocument plan = await fixture.PlanAsync(PlanningFixture.Campaign("imported"));
        await fixture.ExecuteAsync("INSERT INTO engine.past_campaign (campaign) VALUES ('imported')");
        LaunchResult refused = await fixture.LaunchAsync(plan);
        Assert.Equal(
            (LaunchEnding.NameTaken, "'imported' is the name of an imported campaign: give this one another name and plan again, or remove the imported one with 'campaign remove-history imported'"),
            (refused.Ending, refused.Text));
        await fixture.ExecuteAsync("DELETE FROM engine.past_campaign");
        Assert.Equal(LaunchEnding.Launched, (await fixture.LaunchAsync(plan)).Ending);
    }

    [Fact]
    public async Task ARepeatedCampaignReachesNobodyTwice()
    {
        await fixture.LaunchAsync(await fixture.PlanAsync(PlanningFixture.Campaign("repeated")));
        PlanDocument again = await fixture.PlanAsync(PlanningFixture.Campaign("repeated", more: "title: Edited"));
        Dictionary<string, string> reasons = await fixture.ReasonsAsync(again);
        Assert.Equal(0, again.Contact);
        Assert.All(["anna", "anna-2", "father", "idn", "idn-2"], who => Assert.Equal(Reason.AlreadyContacted, reasons[who]));
        Assert.Equal(Reason.DuplicateHousehold, reasons["mother"]);
    }

    [Fact]
    public async Task AHouseholdIsNotWrittenToAgainWhenAConditionNowExcludesTheMemberWhoHadIt()
    {
        await fixture.LaunchAsync(await fixture.PlanAsync(PlanningFixture.Campaign("household-again")));
        await fixture.ExecuteAsync("UPDATE crm.customers SET country = 'JP' WHERE customer_no = 'father'");
        PlanDocument again = await fixture.PlanAsync(PlanningFixture.Campaign("household-again"));
        await fixture.ExecuteAsync("UPDATE crm.customers SET country = 'TW' WHERE customer_no = 'father'");
        Dictionary<string, string> reasons = await fixture.ReasonsAsync(again);
        Assert.Equal((Reason.Condition, Reason.DuplicateHousehold), (reasons["father"], reasons["mother"]));
        Assert.Equal(0, again.Contact);
    }

    [Fact]
    public async Task ACopiedCampaignWithTheSameMessageReachesNobodyTwice()
    {
        CampaignDefinition original = PlanningFixture.Campaign("original");
        await fixture.LaunchAsync(await fixture.PlanAsync(original, PlanningFixture.Messages(original, "<p>copied</p>")));
        CampaignDefinition copy = PlanningFixture.Campaign("copy");
        PlanDocument plan = await fixture.PlanAsync(copy, PlanningFixture.Messages(copy, "<p>copied</p>"));
        Assert.Equal(0, plan.Contact);
    }

    [Fact]
    public async Task TwoCopiesPlannedBeforeEitherIsLaunchedStillReachNobodyTwice()
    {
        CampaignDefinition one = PlanningFixture.Campaign("twin-one");
        CampaignDefinition two = PlanningFixture.Campaign("twin-two");
        PlanDocument first = await fixture.PlanAsync(one, PlanningFixture.Messages(one, "<p>twin</p>"));
        PlanDocument second = await fixture.PlanAsync(two, PlanningFixture.Messages(two, "<p>twin</p>"));
        LaunchResult[] launches = await Task.WhenAll(fixture.LaunchAsync(first), fixture.LaunchAsync(second));
        Assert.Equal(3, launches.Sum(l => l.Drops.Single().People));
        Assert.Equal(3, launches.Sum(l => l.Drops.Single().Excluded));
    }

    [Fact]
    public async Task AnOldPlanIsSupersededAndAnUnknownOneRefused()
    {
        PlanDocument old = await fixture.PlanAsync(PlanningFixture.Campaign("outdated"));
        PlanDocument newer = await fixture.PlanAsync(PlanningFixture.Campaign("outdated", more: "title: Newer"));
        LaunchResult refused = await fixture.LaunchAsync(old);
        Assert.Equal(LaunchEnding.Superseded, refused.Ending);
        Assert.Equal($"plan {old.Hash} is not the newest: {newer.Hash} is. Launch that one, or plan again", refused.Text);
        Assert.Equal(LaunchEnding.UnknownPlan, (await fixture.LaunchAsync(newer with { Hash = "ffffffff" })).Ending);
        Assert.Equal(LaunchEnding.UnknownPlan, (await fixture.LaunchAsync(newer with { Hash = "%%%%%%" })).Ending);
    }

    [Fact]
    public async Task APlanOverBudgetIsRefusedUnlessSaidOtherwise()
    {
        PlanDocument plan = await fixture.PlanAsync(PlanningFixture.Campaign("dear", more: "budget: 0.20 USD"));
        Assert.True(plan.OverBudget);
        LaunchResult refused = await fixture.LaunchAsync(plan);
        Assert.Equal(LaunchEnding.OverBudget, refused.Ending);
        Assert.Equal("the plan costs 0.30 USD, the budget is 0.20: raise the budget, lower the limit, or launch with --over-budget", refused.Text);
        Assert.Equal(LaunchEnding.Launched, (await fixture.LaunchAsync(plan, overBudget: true)).Ending);
    }

    [Fact]
    public async Task ALaterDropReadsPeopleAgainOnItsOwnChannel()
    {
        CampaignDefinition campaign = PlanningFixture.Campaign("two-drops", "  survivor: [customer_no]", """
              - drop: text
                channel: sms
                template: sms/spring
                schedule: { after: announce, delay: 1 day }
                unit_cost: 0.05 USD
            """);
        PlanDocument plan = await fixture.PlanAsync(campaign);
        Assert.Equal([3L, 1L], plan.Drops.Select(d => d.People));
        Assert.Equal(LaunchEnding.Launched, (await fixture.LaunchAsync(plan)).Ending);

        await fixture.ExecuteAsync("""
            INSERT INTO engine.occurrence (campaign, drop_name, due_at, plan_id)
            SELECT 'two-drops', 'text', now(), plan_id FROM engine.plan WHERE campaign = 'two-drops' AND launched_at IS NOT NULL
            """);
        long occurrence = await fixture.ScalarAsync<long>("SELECT occurrence_id FROM engine.occurrence WHERE campaign = 'two-drops' AND drop_name = 'text'");
        FreezeResult[] both = await Task.WhenAll(
            fixture.Services.Freezer.FreezeAsync(occurrence, TestContext.Current.CancellationToken),
            fixture.Services.Freezer.FreezeAsync(occurrence, TestContext.Current.CancellationToken));
        FreezeResult frozen = Assert.Single(both, f => f.Ending == FreezeEnding.Frozen);
        Assert.Equal(["anna"], await fixture.ItemsAsync(frozen.MailingId!.Value));
        Assert.Equal("+886912345678", await fixture.ScalarAsync<string>($"SELECT address FROM engine.mailing_item WHERE mailing_id = {frozen.MailingId}"));
        Assert.Equal(2, frozen.Excluded);
    }

    [Fact]
    public async Task AnAddressWhoseConsentOneRowWithdrewIsLeftAloneInEveryRow()
    {
        // 'Left' withdrew and lives where no condition selects; the address is written differently, too.
        await fixture.ExecuteAsync("""
            INSERT INTO crm.customers (customer_no, first_name, email, country, email_consent, mobile, sms_consent) VALUES
                ('left', 'Le', ' Both@Example.org', 'FR', 'withdrawn', '+886 987 654 321', 'withdrawn'),
                ('stays', 'St', 'both@example.org', 'TW', 'granted', '0987654321', 'granted'),
                ('other', 'Ot', 'other@example.org', 'TW', 'granted', '+886987654321', 'granted');
            INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount)
                SELECT 'W-' || customer_no, customer_id, '2026-01-01', 10 FROM crm.customers WHERE customer_no IN ('stays', 'other')
            """);
        try
        {
            CampaignDefinition campaign = PlanningFixture.Campaign("withdrawn", drops: """
                  - { drop: text, channel: sms, template: sms/spring, schedule: now, only: country = "TW" }
                """);

            PlanDocument plan = await fixture.PlanAsync(campaign);

            Assert.Equal((Reason.ConsentWithdrawn, Reason.Contact), ((await fixture.ReasonsAsync(plan))["stays"], (await fixture.ReasonsAsync(plan))["other"]));
            Assert.Equal(1, plan.Waterfall.Single(s => s.Reason == Reason.ConsentWithdrawn).Count);
            Explanation why = (await fixture.Services.Explainer.ExplainAsync("stays", campaign, TestContext.Current.CancellationToken))!;
            Assert.Equal(("excluded", Reason.ConsentWithdrawn), (why.Outcome, why.Reason));
            Assert.StartsWith("consent for this address was withdrawn by another customer with the same address: left (", why.Detail, StringComparison.Ordinal);

            // The later drop goes by phone, and that number was withdrawn as well.
            LaunchResult launched = await fixture.LaunchAsync(plan);
            List<string> mailed = await fixture.ItemsAsync(launched.Drops[0].MailingId);
            Assert.Contains("other", mailed);
            Assert.DoesNotContain("stays", mailed);
            Assert.DoesNotContain("other", await fixture.ItemsAsync(launched.Drops[1].MailingId));
            Assert.Equal(1, await fixture.ScalarAsync<long>($"SELECT count(*) FROM engine.mailing_excluded WHERE mailing_id = {launched.Drops[1].MailingId} AND reason = 'consent_withdrawn'"));

            // A service message is no matter of consent.
            PlanDocument service = await fixture.PlanAsync(campaign with { Name = "service", Purpose = MessagePurpose.Service });
            Assert.DoesNotContain(service.Waterfall, s => s.Reason == Reason.ConsentWithdrawn);
        }
        finally
        {
            await fixture.ExecuteAsync("DELETE FROM crm.orders WHERE order_no LIKE 'W-%'; DELETE FROM crm.customers WHERE customer_no IN ('left', 'stays', 'other')");
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task WhoWithdrewConsentOrWasErasedSinceThePlanIsLeftOutOfTheLaunch(bool service)
    {
        await fixture.ExecuteAsync("""
            INSERT INTO crm.customers (customer_no, first_name, email, country, email_consent) VALUES
                ('keeps', 'Ke', 'keeps@example.org', 'TW', 'granted'), ('withdrew', 'Wi', 'withdrew@example.org', 'TW', 'granted'),
                ('unsure', 'Un', 'unsure@example.org', 'TW', 'granted'), ('erased', 'Er', 'erased@example.org', 'TW', 'granted'),
                ('shares', 'Sh', 'shared@example.org', 'TW', 'granted'), ('apart', 'Ap', 'Shared@example.org', 'FR', 'granted');
            INSERT INTO crm.orders (order_no, customer_id, ordered_at, amount)
                SELECT 'P-' || customer_no, customer_id, '2026-01-01', 10 FROM crm.customers WHERE customer_no IN ('keeps', 'withdrew', 'unsure', 'erased', 'shares')
            """);
        try
        {
            var campaign = PlanningFixture.Campaign(service ? "since-service" : "since", more: service ? "purpose: service" : "");
            var plan = await fixture.PlanAsync(campaign);
            var planned = await fixture.ReasonsAsync(plan);
            Assert.All(["keeps", "withdrew", "unsure", "erased", "shares"], no => Assert.Equal(Reason.Contact, planned[no]));

            await fixture.ExecuteAsync("""
                UPDATE crm.customers SET email_consent = 'withdrawn' WHERE customer_no IN ('withdrew', 'apart');
                UPDATE crm.customers SET email_consent = 'unknown' WHERE customer_no = 'unsure';
                DELETE FROM crm.orders WHERE order_no = 'P-erased'; DELETE FROM crm.customers WHERE customer_no = 'erased'
                """);
            var launched = await fixture.LaunchAsync(plan);

            var mailing = Assert.Single(launched.Drops).MailingId;
            string[] left = service ? ["keeps", "shares", "unsure", "withdrew"] : ["keeps"];
            Assert.Equal(left, (await fixture.ItemsAsync(mailing)).Where(no => no is "keeps" or "withdrew" or "unsure" or "erased" or "shares").Order(StringComparer.Ordinal));
            Assert.Equal(service ? "gone" : "consent_withdrawn, gone, no_consent, no_consent", await fixture.ScalarAsync<string>(
                $"SELECT string_agg(reason, ', ' ORDER BY reason) FROM engine.mailing_excluded WHERE mailing_id = {mailing}"));
            if (!service)
            {
                var why = (await fixture.Services.Explainer.ExplainAsync("withdrew", campaign, TestContext.Current.CancellationToken))!;
                Assert.Equal(("excluded", Reason.NoConsent), (why.Outcome, why.Reason));
            }
        }
        finally
        {
            await fixture.ExecuteAsync("DELETE FROM crm.orders WHERE order_no LIKE 'P-%'; DELETE FROM crm.customers WHERE customer_no IN ('keeps', 'withdrew', 'unsure', 'erased', 'shares', 'apart')");
        }
    }

    [Fact]
    public async Task WhyNamesTheReasonTheConditionAndTheValues()
    {
        CampaignDefinition campaign = PlanningFixture.Campaign("asked");
        Explanation before = (await fixture.Services.Explainer.ExplainAsync("bruno", campaign, TestContext.Current.CancellationToken))!;
        Assert.Equal("unplanned", before.Outcome);
        PlanDocument plan = await fixture.PlanAsync(campaign);

        Explanation bruno = (await fixture.Services.Explainer.ExplainAsync("bruno", campaign, TestContext.Current.CancellationToken))!;
        Assert.Equal(("excluded", Reason.Condition, "condition 1 'country = \"TW\"' does not hold: country = DE"), (bruno.Outcome, bruno.Reason, bruno.Detail));
        Explanation anna = (await fixture.Services.Explainer.ExplainAsync("anna", campaign, TestContext.Current.CancellationToken))!;
        Assert.Equal(("excluded", Reason.DuplicateEmail), (anna.Outcome, anna.Reason));
        Assert.StartsWith("another person of the list has the same e-mail address: anna-2 stays", anna.Detail, StringComparison.Ordinal);
        Assert.Equal("planned", (await fixture.Services.Explainer.ExplainAsync("father", campaign, TestContext.Current.CancellationToken))!.Outcome);
        Assert.Null(await fixture.Services.Explainer.ExplainAsync("nobody'; DROP TABLE crm.customers; --", campaign, TestContext.Current.CancellationToken));

        await fixture.LaunchAsync(plan);
        Explanation waiting = (await fixture.Services.Explainer.ExplainAsync("father", campaign, TestContext.Current.CancellationToken))!;
        Assert.Equal(("waiting", "waiting"), (waiting.Outcome, Assert.Single(waiting.Mailings).State));
    }
}
