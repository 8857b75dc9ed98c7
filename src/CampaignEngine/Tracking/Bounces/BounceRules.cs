using CampaignEngine.Authoring;

namespace CampaignEngine.Tracking.Bounces;

/// <summary>
/// bounce-classes.yaml, and the rules that operators added by deciding about unknown texts. Which class a report is of is data; this class only knows the order:
/// operators' rules, phrases of the server's words, its status, phrases of the text around, status and code alone.
/// </summary>
public sealed class BounceRules
{
    private const string Resource = "CampaignEngine.Tracking.Bounces.bounce-classes.yaml";
    private static readonly Lazy<BounceRules> Shipped = new(() => Read(Resource, Bytes()));

    private readonly Dictionary<string, BounceClass> _classes;
    private readonly IReadOnlyList<Rule> _rules;
    private readonly IReadOnlyList<Rule> _own;
    private readonly Dictionary<string, BounceClass> _byStatus;
    private readonly Dictionary<string, BounceClass> _byCode;
    private readonly HashSet<string> _vague;
    private readonly BounceClass _unknown;

    private BounceRules(YamlMapping file)
    {
        _classes = file.Mapping("classes")!.Entries.Select(e => Class(e.Key.Text, (YamlMapping)e.Value)).ToDictionary(c => c.Name);
        _rules = [.. file.Mappings("rules").Select(r => new Rule(this[r.Text("class")!], r))];
        _own = [];
        _byStatus = Table(file.Mapping("status")!);
        _byCode = Table(file.Mapping("codes")!);
        _vague = [.. file.Writtens("vague").Select(w => w.Text)];
        Words = new BounceWords(file.Mapping("words")!);
        Feedback = file.Mapping("feedback")!.Entries.ToDictionary(e => e.Key.Text, e => ((YamlScalar)e.Value).Text == "complaint", StringComparer.OrdinalIgnoreCase);
        (Complaint, Vacation, Delivered, Other) = (this["feedback"], this["vacation"], this["delivered"], this["other"]);
        _unknown = this["undefined"];
    }

    private BounceRules(BounceRules shipped, IReadOnlyList<Rule> own)
    {
        (_classes, _rules, _own, _byStatus, _byCode, _vague, _unknown) = (shipped._classes, shipped._rules, own, shipped._byStatus, shipped._byCode, shipped._vague, shipped._unknown);
        (Words, Feedback, Complaint, Vacation, Delivered, Other) = (shipped.Words, shipped.Feedback, shipped.Complaint, shipped.Vacation, shipped.Delivered, shipped.Other);
    }

    /// <summary>As shipped with the program.</summary>
    public static BounceRules BuiltIn => Shipped.Value;

    /// <summary>In written order.</summary>
    public IEnumerable<BounceClass> Classes => _classes.Values;

    public BounceClass Complaint { get; }

    public BounceClass Vacation { get; }

    public BounceClass Delivered { get; }

    /// <summary>No report.</summary>
    public BounceClass Other { get; }

    internal BounceWords Words { get; }

    /// <summary>Feedback types of RFC 5965 and its successors: true where a person asks for no more mail.</summary>
    internal IReadOnlyDictionary<string, bool> Feedback { get; }

    /// <exception cref="KeyNotFoundException">There is no such class.</exception>
    public BounceClass this[string name] => _classes[name];

    public bool Knows(string name) => _classes.ContainsKey(name);

    /// <summary>Classes that a person may give to a text, by name: not those that the form of a mail decides, nor the one that means nobody knows.</summary>
    public IReadOnlyDictionary<string, BounceClass> Decidable =>
        _classes.Values.Where(c => c.Group is not (BounceGroup.Complaint or BounceGroup.Other or BounceGroup.Unknown)).ToDictionary(c => c.Name);

    /// <summary>The same rules, with those of operators before them.</summary>
    /// <param name="decided">Phrase and class of each decision, the newest first.</param>
    public BounceRules With(IEnumerable<(string Phrase, string Class)> decided) => new(this, [.. decided.Where(d => Knows(d.Class)).Select(d => new Rule(this[d.Class], d.Phrase))]);

    /// <summary>A feedback type by which a person asks for no more mail. A type that nobody has heard of is taken for one.</summary>
    public bool Complains(string? feedbackType) => Feedback.GetValueOrDefault(feedbackType ?? "", true);

    /// <summary>The class of one recipient of a mail.</summary>
    public BounceClass Classify(BounceMail mail, BounceEvidence evidence) => mail.Kind switch
    {
        BounceMailKind.Feedback => Complaint,
        BounceMailKind.Answer => Vacation,
        BounceMailKind.Other => Other,
        _ => Classify(evidence),
    };

    public BounceClass Classify(BounceEvidence evidence)
    {
        if (evidence.Action is "delivered" or "relayed" or "expanded" or "deliverable" || (evidence.Action is null && evidence.Status?[0] == '2' && evidence.ReplyCode is null or (>= 200 and < 300)))
        {
            return Delivered;
        }

        var said = BounceText.Words(BounceText.Plain(evidence.Text));
        // Most texts are known by what the server said; the rest is looked at only then.
        string? all = null;
        string Around() => all ??= BounceText.Words(BounceText.Plain(evidence.Around));
        return (_own.Count > 0 ? First(_own, evidence, said) ?? First(_own, evidence, Around()) : null)
            ?? First(_rules, evidence, said)
            ?? (said.Length == 0 && evidence.Action == "delayed" ? First(_rules, evidence, Around()) ?? _byCode["delayed"] : null)
            ?? (said.Length == 0 && evidence.Status is { } vague && _vague.Contains(vague) ? First(_rules, evidence, Around()) : null)
            ?? (evidence.Status is { } status ? _byStatus.GetValueOrDefault(status) ?? _byStatus.GetValueOrDefault("*" + status[1..]) : null)
            ?? First(_rules, evidence, Around())
            ?? ByNumbers(evidence)
            ?? _unknown;
    }

    /// <exception cref="InvalidOperationException">The file that is built in has a fault.</exception>
    internal static BounceRules Read(string name, ReadOnlySpan<byte> yaml)
    {
        var problems = new ProblemList();
        var file = YamlReader.Read(name, yaml, problems) ?? throw new InvalidOperationException($"{name}: {problems.Items[0]}");
        return new BounceRules(file);
    }

    private static byte[] Bytes()
    {
        using var stream = typeof(BounceRules).Assembly.GetManifestResourceStream(Resource)!;
        using var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    }

    private static BounceClass Class(string name, YamlMapping written) => new(name, Group(written.Text("group")!), written.Text("means")!)
    {
        WhileTemporary = written.Text("temporary") is { } group ? Group(group) : null,
    };

    private static BounceGroup Group(string word) => Enum.Parse<BounceGroup>(word, ignoreCase: true);

    private static BounceClass? First(IReadOnlyList<Rule> rules, BounceEvidence evidence, string text)
    {
        foreach (var rule in rules)
        {
            if (rule.Fits(evidence, text))
            {
                return rule.Class;
            }
        }

        return null;
    }

    private BounceClass? ByNumbers(BounceEvidence evidence)
    {
        var code = evidence.ReplyCode?.ToString(System.Globalization.CultureInfo.InvariantCulture);
        return (code is not null && evidence.Command is { } command ? _byCode.GetValueOrDefault($"{code} {command}") : null)
            ?? (code is not null ? _byCode.GetValueOrDefault(code) : null)
            ?? (evidence.Action is { } action ? _byCode.GetValueOrDefault(action) : null);
    }

    private Dictionary<string, BounceClass> Table(YamlMapping written) =>
        written.Entries.SelectMany(e => ((YamlSequence)e.Value).Items.OfType<YamlScalar>().Select(s => (Key: s.Text, Class: this[e.Key.Text]))).ToDictionary(e => e.Key, e => e.Class);

    /// <summary>One entry of <c>rules:</c>. Every key that is written must hold.</summary>
    private sealed class Rule
    {
        private readonly Phrases _says;
        private readonly Phrases? _unless;
        private readonly Phrases? _around;
        private readonly string[] _at = [];
        private readonly string[] _to = [];
        private readonly string[] _status = [];
        private readonly string[] _notStatus = [];
        private readonly string[] _codes = [];
        private readonly bool _localProgram;

        public Rule(BounceClass @class, YamlMapping written)
        {
            Class = @class;
            _says = new Phrases(written.Writtens("says").Select(w => w.Text));
            _unless = written["unless"] is null ? null : new Phrases(written.Writtens("unless").Select(w => w.Text));
            _around = written["around"] is null ? null : new Phrases(written.Writtens("around").Select(w => w.Text));
            _to = [.. written.Writtens("to").Select(w => w.Text)];
            _at = [.. written.Writtens("at").Select(w => w.Text)];
            _status = [.. written.Writtens("status").Select(w => w.Text)];
            _notStatus = [.. written.Writtens("not_status").Select(w => w.Text)];
            _codes = [.. written.Writtens("codes").Select(w => w.Text)];
            _localProgram = written.Boolean("local_program") == true;
        }

        public Rule(BounceClass @class, string phrase) => (Class, _says) = (@class, new Phrases([phrase]));

        public BounceClass Class { get; }

        public bool Fits(BounceEvidence evidence, string text) =>
            (_at.Length == 0 || _at.Contains(evidence.Command ?? "none"))
            && (_status.Length == 0 || _status.Any(s => Is(evidence.Status ?? "none", s)))
            && (_notStatus.Length == 0 || evidence.Status is not { } other || !_notStatus.Any(s => Is(other, s)))
            && (_codes.Length == 0 || (evidence.ReplyCode is { } code && _codes.Contains(code.ToString(System.Globalization.CultureInfo.InvariantCulture))))
            && (!_localProgram || evidence.IsLocalProgram)
            && (_to.Length == 0 || _to.Any(domain => IsAt(evidence.Recipient, domain) || IsAt(evidence.Server, domain)))
            && (_says.IsEmpty || _says.StandIn(text))
            && (_around is null || _around.StandIn(BounceText.Plain(evidence.Around)))
            && _unless?.StandIn(text) != true;

        private static bool IsAt(string? name, string domain) => name?.EndsWith(domain, StringComparison.OrdinalIgnoreCase) == true
            && (name.Length == domain.Length || name[^(domain.Length + 1)] is '@' or '.');

        // "*.1.1" is 5.1.1 and 4.1.1; "4.*" is every temporary one.
        private static bool Is(string status, string pattern) => pattern[0] == '*' ? status.AsSpan(1).SequenceEqual(pattern.AsSpan(1)) : pattern.EndsWith('*') ? status.StartsWith(pattern[..^1], StringComparison.Ordinal) : status == pattern;
    }
}
