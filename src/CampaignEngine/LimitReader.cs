using System.Globalization;
using CampaignEngine.Authoring;
using CampaignEngine.Channels.Sms;
using CampaignEngine.Dispatching;
using CampaignEngine.Dispatching.Braking;
using CampaignEngine.Mail.Addresses;
using CampaignEngine.Mail.Signing;

namespace CampaignEngine;

/// <summary>The limits, warm-ups and brakes of engine.yaml, and the mailbox providers they may name.</summary>
internal sealed class LimitReader
{
    private readonly ProblemList _problems;
    private readonly Dictionary<string, string> _providers;
    private readonly Dictionary<string, IReadOnlyCollection<string>> _names;

    private LimitReader(YamlMapping root, (IReadOnlyList<SenderSettings> Email, IReadOnlyList<SmsSender> Sms) senders, ProblemList problems)
    {
        _problems = problems;
        _providers = ReadProviders(root.Mapping("providers"));

        // What can be limited. Campaigns are in other files and come and go, so a limit may be there first.
        _names = new Dictionary<string, IReadOnlyCollection<string>>
        {
            ["routes"] = [.. (root.Mapping("routes")?.Entries ?? []).Select(e => e.Key.Text)],
            ["senders"] = [.. senders.Email.Select(s => s.Name).Union(senders.Sms.Select(s => s.Name))],
            ["providers"] = [.. _providers.Values.Distinct()],
        };
    }

    /// <returns>Provider by lower-case ASCII domain; all limits, warm-ups among them; brakes by subject.</returns>
    public static (IReadOnlyDictionary<string, string> Providers, IReadOnlyList<SendLimit> Limits, IReadOnlyDictionary<string, BrakeRule> Brakes) Read(
        YamlMapping root, (IReadOnlyList<SenderSettings> Email, IReadOnlyList<SmsSender> Sms) senders, ProblemList problems)
    {
        var reader = new LimitReader(root, senders, problems);
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(root.Text("zone") ?? EngineSettings.Default.Zone, out var known) ? known : TimeZoneInfo.Utc;
        return (reader._providers, [.. reader.Limits(root.Mapping("limits")), .. reader.WarmUps(root.Mapping("warm_up"), zone)], reader.Brakes(root.Mapping("brakes")));
    }

    private static Dictionary<string, string> ReadProviders(YamlMapping? added)
    {
        var providers = new Dictionary<string, string>(MailboxProviders.Domains, StringComparer.Ordinal);
        foreach (var (key, _) in added?.Entries ?? [])
        {
            foreach (var domain in added!.Writtens(key.Text))
            {
                providers[DkimKey.TryReadDomain(domain.Text, out var ascii) ? ascii : domain.Text] = key.Text;
            }
        }

        return providers;
    }

    private IEnumerable<SendLimit> Limits(YamlMapping? limits) => Entries(limits)
        .SelectMany(e => e.Section.Writtens(e.Key).Select(l => EngineShape.ReadLimit(e.Subject, l.Text)))
        .OfType<SendLimit>();

    private IEnumerable<SendLimit> WarmUps(YamlMapping? warmUps, TimeZoneInfo zone)
    {
        foreach (var (section, key, subject) in Entries(warmUps))
        {
            if (section.Mapping(key) is { } written && written.Days("from") is [var from] && written.Writtens("per_day").ToList() is { Count: > 0 } days)
            {
                var perDay = days.Select(d => int.TryParse(d.Text, NumberStyles.None, CultureInfo.InvariantCulture, out var most) ? most : 1).ToList();
                yield return new SendLimit(subject, perDay[^1], TimeSpan.FromDays(1)) { WarmUp = new WarmUp(from, perDay, zone) };
            }
        }
    }

    private Dictionary<string, BrakeRule> Brakes(YamlMapping? brakes)
    {
        var read = new Dictionary<string, BrakeRule>(StringComparer.Ordinal);
        foreach (var (section, key, subject) in Entries(brakes, BrakeShape.All))
        {
            if (section.Mapping(key) is { } written)
            {
                read[subject] = BrakeShape.Read(written, _problems);
            }
        }

        return read;
    }

    /// <param name="every">A name that stands for all of them.</param>
    private IEnumerable<(YamlMapping Section, string Key, string Subject)> Entries(YamlMapping? limits, string? every = null)
    {
        foreach (var (section, subject) in EngineShape.LimitSubjects)
        {
            var written = limits?.Mapping(section);
            foreach (var (key, _) in written?.Entries ?? [])
            {
                if (key.Text != every && _names.TryGetValue(section, out var known) && !known.Contains(key.Text))
                {
                    _problems.Error(key.Place, "CE1171", $"there is no {subject} '{Shown.Text(key.Text)}' to limit{Suggestion.For(key.Text, known)}");
                }

                yield return (written!, key.Text, $"{subject}:{key.Text}");
            }
        }
    }
}
