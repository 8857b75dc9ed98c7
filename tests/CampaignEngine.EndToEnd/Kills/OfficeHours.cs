using System.Globalization;
using CampaignEngine.Authoring;
using CampaignEngine.Deduplication;
using CampaignEngine.Dispatching;
using CampaignEngine.EndToEnd.Faults;
using CampaignEngine.Planning;

namespace CampaignEngine.EndToEnd.Kills;

/// <summary>What marketers, operators and recipients do meanwhile: launch rounds, edit files that are being sent, pause, resume, unsubscribe.</summary>
internal sealed class OfficeHours(Shop shop, CampaignEngineServices engine, KillSink sink, int people, int seed)
{
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(2);

    public int Rounds { get; private set; }

    public int Pauses { get; private set; }

    public int Unsubscribes { get; private set; }

    public int Edits { get; private set; }

    public static string Campaign(int round) => string.Create(CultureInfo.InvariantCulture, $"round-{round}");

    /// <summary>Until the time is over; nothing is paused then.</summary>
    public Task RunAsync(CancellationToken over) => Task.WhenAll(
        RepeatAsync(new Random(seed + 1), TimeSpan.FromSeconds(1), KeepWorkComingAsync, over),
        RepeatAsync(new Random(seed + 2), TimeSpan.FromSeconds(12), PauseAsync, over),
        RepeatAsync(new Random(seed + 3), TimeSpan.FromSeconds(10), UnsubscribeAsync, over),
        RepeatAsync(new Random(seed + 4), TimeSpan.FromSeconds(4), EditAsync, over),
        RepeatAsync(new Random(seed + 5), TimeSpan.FromSeconds(10), _ => CallWaitingAsync(), over));

    /// <summary>Who was deferred, or was in the hands of killed workers three times, waits for minutes and then for hours: their time comes now, or the kills would find nobody at work.</summary>
    public Task CallWaitingAsync() => shop.ExecuteAsync("UPDATE engine.send_retry SET not_before = now() WHERE not_before > now(); UPDATE engine.send_chunk SET retry_at = now() WHERE retry_at > now()");

    /// <summary>Mailings that are not complete.</summary>
    public Task<long> OpenAsync() => shop.ScalarAsync<long>("SELECT count(*) FROM engine.mailing WHERE state NOT IN ('completed', 'cancelled')");

    /// <summary>Plans and launches another round for everybody.</summary>
    public async Task LaunchNextAsync()
    {
        var round = Rounds + 1;
        Write(round, $"Round {round}");
        var problems = new ProblemList();
        if (await PlanAsync(round, problems) is not { } plan)
        {
            throw new InvalidOperationException(string.Join('\n', problems.Items));
        }

        var launched = await engine.Launcher.LaunchAsync(Campaign(round), plan.Hash, overBudget: true, CancellationToken.None);
        if (launched.Ending != LaunchEnding.Launched)
        {
            throw new InvalidOperationException(launched.Text);
        }

        Rounds = round;
    }

    private static async Task RepeatAsync(Random random, TimeSpan longest, Func<Random, Task> act, CancellationToken over)
    {
        while (!over.IsCancellationRequested)
        {
            await act(random);
            await Pause.ForAsync(longest * random.NextDouble(), over);
        }
    }

    private async Task KeepWorkComingAsync(Random random)
    {
        // The last people of a round may be in hand for long while its workers are killed: the next round does not wait for them.
        if (await shop.ScalarAsync<long>("SELECT count(*) FROM engine.send_chunk WHERE next_ordinal <= last_ordinal") < 2)
        {
            await LaunchNextAsync();
        }
    }

    private async Task PauseAsync(Random random)
    {
        if (Rounds == 0)
        {
            return;
        }

        var round = Math.Max(1, Rounds - random.Next(2));
        await MailingControl.PauseAsync(engine.Database.Source, Campaign(round), null, CancellationToken.None);
        sink.Paused(round);
        await Task.Delay(LongestPause * random.NextDouble());
        sink.Resuming(round);
        await MailingControl.ResumeAsync(engine.Database.Source, Campaign(round), null, CancellationToken.None);
        Pauses++;
    }

    private async Task UnsubscribeAsync(Random random)
    {
        var person = random.Next(1, people + 1);
        var key = engine.Contacts.Normalise("email", Shop.Address(person), country: null).Key!;
        var entry = new SuppressionEntry("email", "global", "unsubscribed", engine.TimeProvider.GetUtcNow(), "the recipient");
        if (await new Suppressions(engine.Database.Source).AddAsync(key, entry, CancellationToken.None))
        {
            sink.Unsubscribed(person);
            Unsubscribes++;
        }
    }

    // What was approved is sent, whatever becomes of its files; planned and launched again it reaches nobody a second time.
    private async Task EditAsync(Random random)
    {
        if (Rounds == 0)
        {
            return;
        }

        var round = Math.Max(1, Rounds - random.Next(2));
        switch (random.Next(4))
        {
            case 0:
                Write(round, "Edited and not approved");
                break;
            case 1:
                shop.Write(YamlOf(round), "campaign: [");
                break;
            case 2:
                File.Delete(Path.Combine(shop.Folder, TemplateOf(round)));
                break;
            default:
                Write(round, "Approved a second time");
                if (await PlanAsync(round, new ProblemList()) is { } plan)
                {
                    await engine.Launcher.LaunchAsync(Campaign(round), plan.Hash, overBudget: true, CancellationToken.None);
                }

                break;
        }

        Edits++;
    }

    private void Write(int round, string subject)
    {
        shop.Write(TemplateOf(round), "<p>Hello {{ customer.first_name }}, <a href=\"https://shop.example/\">look</a>. <a href=\"{{ unsubscribe_url }}\">Stop</a></p>");
        shop.Write(YamlOf(round), $$"""
            campaign: {{Campaign(round)}}
            audience: { where: 'country = "TW"' }
            drops:
              - { drop: one, channel: email, template: email/{{Campaign(round)}}, subject: {{subject}}, schedule: now }
            """);
    }

    private async Task<PlanDocument?> PlanAsync(int round, ProblemList problems)
    {
        var workspace = Workspace.Load(shop.Folder, environment: null, [Path.Combine(shop.Folder, YamlOf(round))]);
        problems.AddRange(workspace.Problems.Items);
        return workspace.Campaigns is [var campaign] ? await new CampaignRun(engine).PlanAsync(campaign, problems, progress: null, CancellationToken.None) : null;
    }

    private static string YamlOf(int round) => $"campaigns/{Campaign(round)}.yaml";

    private static string TemplateOf(int round) => $"templates/email/{Campaign(round)}.sbn-html";
}
