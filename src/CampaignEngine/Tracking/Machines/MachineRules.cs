using System.Net;
using System.Text;
using CampaignEngine.Authoring;

namespace CampaignEngine.Tracking.Machines;

/// <summary>What speaks for a machine: the sum of the signs' scores, and their names.</summary>
/// <param name="Signs">Null: nothing does.</param>
public readonly record struct MachineScore(int Score, string? Signs);

/// <summary>The rules of machines.yaml: the workspace's own, or those that come with the program.</summary>
public sealed record MachineRules
{
    public const string FileName = "machines.yaml";
    private static readonly Lazy<MachineRules> Shipped = new(() => Read(FileName, ShippedBytes()));

    private readonly (string Text, string Sign)[] _agents = [];
    private readonly string[] _proxies = [];
    private readonly (string Name, int Score, IPNetwork[] Ranges)[] _networks = [];

    private MachineRules(YamlMapping root)
    {
        Version = root.Integer("version") ?? 0;
        Threshold = root.Integer("threshold") ?? 0;
        (Head, Prefetch, NoAgent) = (Score(root, "head"), Score(root, "prefetch"), Score(root, "no_agent"));
        (Within2, Within10) = (Score(root, "within_2_s"), Score(root, "within_10_s"));
        (AllLinks, InOrder, NoOpen) = (Score(root, "all_links"), Score(root, "in_order"), Score(root, "no_open"));
        if (root.Mapping("agents") is { } agents)
        {
            AgentScore = Score(agents, "score");
            _agents = [.. agents.Writtens("match").Where(w => w.Text.Length > 0).Select(w => (w.Text, "user agent: " + w.Text.Trim(' ', '/', ';')))];
        }

        if (root.Mapping("privacy_proxies") is { } proxies)
        {
            ProxyScore = Score(proxies, "score");
            _proxies = [.. proxies.Writtens("match").Select(w => w.Text)];
        }

        _networks = [.. (root.Mapping("networks")?.Entries ?? []).Where(e => e.Value is YamlMapping).Select(e => (e.Key.Text, Score((YamlMapping)e.Value, "score"),
            ((YamlMapping)e.Value).Writtens("ranges").Select(w => MachineRulesShape.TryRange(w.Text, out var range) ? range : (IPNetwork?)null).OfType<IPNetwork>().ToArray()))];
    }

    /// <summary>The rules that come with the program.</summary>
    public static MachineRules Default => Shipped.Value;

    public int Version { get; }

    /// <summary>Score from which an event is a machine's.</summary>
    public int Threshold { get; }

    /// <summary>The file.</summary>
    public required string Text { get; init; }

    internal int Within2 { get; }

    internal int Within10 { get; }

    internal int AllLinks { get; }

    internal int InOrder { get; }

    internal int NoOpen { get; }

    private int Head { get; }

    private int Prefetch { get; }

    private int NoAgent { get; }

    private int AgentScore { get; }

    private int ProxyScore { get; }

    /// <summary>The workspace's rules.</summary>
    /// <exception cref="InvalidDataException">Its machines.yaml has faults; the message has every one with its place.</exception>
    public static MachineRules Load(string workspaceDirectory)
    {
        var file = Path.Combine(workspaceDirectory, FileName);
        return File.Exists(file) ? Read(FileName, File.ReadAllBytes(file)) : Default;
    }

    /// <exception cref="InvalidDataException">The text has faults; the message has every one with its place.</exception>
    public static MachineRules Read(string file, ReadOnlySpan<byte> bytes)
    {
        var problems = new ProblemList();
        if (YamlReader.Read(file, bytes, problems) is { } root)
        {
            new ShapeCheck(problems).Check(root, MachineRulesShape.Shape);
            if (!problems.HasErrors)
            {
                return new MachineRules(root) { Text = Encoding.UTF8.GetString(bytes) };
            }
        }

        throw new InvalidDataException(string.Join(Environment.NewLine, problems.Items));
    }

    /// <summary>What a request shows by itself.</summary>
    public MachineScore OfRequest(EventKind kind, SeenRequest request)
    {
        var result = default(MachineScore);
        Add(ref result, request.Head, Head, "HEAD request");
        Add(ref result, request.Prefetch, Prefetch, "prefetch");
        if (string.IsNullOrWhiteSpace(request.Agent))
        {
            Add(ref result, true, NoAgent, "no user agent");
        }
        else if (kind == EventKind.Open && _proxies.Contains(request.Agent, StringComparer.Ordinal))
        {
            Add(ref result, true, ProxyScore, "mail privacy proxy");
        }
        else
        {
            foreach (var (text, sign) in _agents)
            {
                if (request.Agent.Contains(text, StringComparison.OrdinalIgnoreCase))
                {
                    Add(ref result, true, AgentScore, sign);
                    break;
                }
            }
        }

        if (request.Network is { } network)
        {
            foreach (var (name, score, ranges) in _networks)
            {
                Add(ref result, ranges.Any(r => r.Contains(network.BaseAddress)), score, "network: " + name);
            }
        }

        return result;
    }

    private static void Add(ref MachineScore result, bool shows, int score, string sign)
    {
        if (shows && score > 0)
        {
            result = new MachineScore(result.Score + score, result.Signs is null ? sign : $"{result.Signs}; {sign}");
        }
    }

    private static int Score(YamlMapping mapping, string key) => mapping.Integer(key) ?? 0;

    private static byte[] ShippedBytes()
    {
        using var stream = typeof(MachineRules).Assembly.GetManifestResourceStream($"{typeof(MachineRules).Namespace}.{FileName}")!;
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
