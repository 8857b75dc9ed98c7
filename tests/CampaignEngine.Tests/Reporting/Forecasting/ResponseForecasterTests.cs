using CampaignEngine.Authoring;
using CampaignEngine.Campaigns;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Forecasting;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Reporting.Forecasting;

public sealed class ResponseForecasterTests(TestDatabase database) : IClassFixture<TestDatabase>
{
    private static readonly DateTimeOffset Due = new(2026, 3, 10, 9, 0, 0, TimeSpan.Zero);

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TheFirstDaysAndEarlierCampaignsGiveTheEnd()
    {
        // Half of an earlier campaign's responses came within two days; of another three quarters.
        await SendAsync("slow", Due.AddDays(-90), 40, n => TimeSpan.FromDays(n < 20 ? 1 : 5));
        await SendAsync("fast", Due.AddDays(-60), 40, n => TimeSpan.FromDays(n < 30 ? 1 : 5));
        await SendAsync("small", Due.AddDays(-50), 10, _ => TimeSpan.FromHours(1));
        await SendAsync("present", Due, 30, _ => TimeSpan.FromDays(1));

        var forecast = await RunAsync(Due.AddDays(2));
        Assert.Equal((200, 30, 2), (forecast.Contacted, forecast.Responses, forecast.EarlierCampaigns));
        Assert.Equal((0.625, 0.5, 0.75), (forecast.ShareIn, forecast.ShareInLow, forecast.ShareInHigh));
        Assert.Equal(30 + (30.5 * 0.375 / 0.625), forecast.Expected!.Value, 0.01);
        Assert.InRange(forecast.Low!.Value, 31, 38);
        Assert.InRange(forecast.High!.Value, 70, 95);

        // When the window is over, the forecast is what has come.
        var over = await RunAsync(Due.AddDays(20));
        Assert.Equal((1.0, 30.0, 30, 30), (over.ShareIn, over.Expected, over.Low, over.High));

        // Before there was any earlier campaign nothing is said.
        Assert.Null((await RunAsync(Due.AddDays(2), channel: "sms")).Expected);
    }

    // The interval holds what comes 19 times in 20, where responses come as the model says.
    [Fact]
    public void TheIntervalHoldsWhatComes()
    {
        var random = new Random(5);
        var held = 0;
        const int Runs = 4_000;
        for (var run = 0; run < Runs; run++)
        {
            var all = Enumerable.Range(0, 20_000).Count(_ => random.NextDouble() < 0.01);
            var seen = Enumerable.Range(0, all).Count(_ => random.NextDouble() < 0.3);
            held += all - seen >= Remaining.Quantile(seen, 0.3, 0.025) && all - seen <= Remaining.Quantile(seen, 0.3, 0.975) ? 1 : 0;
        }

        Assert.InRange((double)held / Runs, 0.94, 0.975);
        Assert.Equal(0, Remaining.Quantile(10, 1, 0.5));
    }

    private async Task SendAsync(string campaign, DateTimeOffset due, int responses, Func<int, TimeSpan> delay)
    {
        List<ArrangedPerson> people = [.. Enumerable.Range(1, 200).Select(n => new ArrangedPerson($"{n}", $"p{n}@example.com"))];
        var mailing = await ArrangedMailing.FreezeAsync(database.Source, people, campaign: campaign, dueAt: due, links: ["https://a.example/"], cancellationToken: Cancel);
        await database.ExecuteAsync($"INSERT INTO engine.send_outcome (mailing_id, ordinal, attempt, outcome, at) SELECT mailing_id, ordinal, 1, 'accepted', '{due:O}' FROM engine.mailing_item WHERE mailing_id = {mailing.MailingId}");
        for (var n = 0; n < responses; n++)
        {
            await database.ExecuteAsync($"INSERT INTO engine.event (mailing_id, ordinal, kind, link_no, at, recorded_at, event_key) VALUES ({mailing.MailingId}, {n + 1}, 'click', 1, '{due + delay(n):O}', '{due + delay(n):O}', '{campaign}{n}')");
        }
    }

    private async Task<ResponseForecast> RunAsync(DateTimeOffset asOf, string? channel = null)
    {
        if (channel is not null)
        {
            await database.ExecuteAsync($"UPDATE engine.mailing SET channel = '{channel}' WHERE campaign = 'present'");
        }

        var request = new ReportRequest { Campaign = "present", Model = Models.Crm, Response = new ResponseDefinition { Place = new Place("x", 1, 1) }, AsOf = asOf };
        await using var snapshot = await ReportSnapshot.OpenAsync(database.Source, request, Cancel);
        return await ResponseForecaster.RunAsync(snapshot!, Cancel);
    }
}
