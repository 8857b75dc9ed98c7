using System.Buffers;
using System.Globalization;
using System.Text;
using CampaignEngine.Audiences;
using CampaignEngine.Campaigns;
using CampaignEngine.Customers;
using CampaignEngine.Rendering.Images;
using CampaignEngine.Rendering.TextParts;
using CampaignEngine.Templating;

namespace CampaignEngine.Rendering;

/// <summary>
/// Renders the messages of one mailing from its stored content. Made once per mailing; safe for many threads, each with its own rows and
/// <see cref="RenderedMessage"/>.
/// </summary>
public sealed class MessageRenderer
{
    private const string Pixel = "{{ if tracked_links.pixel }}<img src=\"{{ tracked_links.pixel }}\" width=\"1\" height=\"1\" alt=\"\" style=\"display:block;border:0\">{{ end }}";

    private static readonly char[] s_headerGaps = [' ', '\u2028', '\u2029', .. Enumerable.Range(0, 0x100).Select(c => (char)c).Where(char.IsControl)];
    private static readonly SearchValues<char> s_notInHeaders = SearchValues.Create(s_headerGaps.AsSpan(1));

    private readonly MailingContent _content;
    private readonly MessageShape _shape;
    private readonly MessageUrls _urls;
    private readonly CompiledTemplate? _subject;
    private readonly CompiledTemplate? _html;
    private readonly CompiledTemplate? _text;
    private readonly bool _textIsMarked;
    private readonly int[] _linkSlots;
    private readonly int _pixelSlot;
    private readonly int? _unsubscribeSlot;
    private readonly List<(int Slot, Func<int, string> Value)> _ownSlots = [];
    private readonly int? _languageSlot;
    private readonly CultureInfo _language;
    private readonly (int Slot, ReadOnlyMemory<byte> Text)[] _constants;
    private readonly int _customerSlot;
    private readonly int _varsSlot;
    private readonly int _cellSlot;
    private readonly string? _firstCell;
    private readonly Dictionary<string, (int Slot, int? Top)> _varSlots;

    /// <param name="zone">Zone of times for people without one of their own.</param>
    /// <exception cref="TemplateException">A template of the content has errors; a plan never stores such a one.</exception>
    public MessageRenderer(MailingContent content, CustomerModel model, MessageUrls urls, TimeZoneInfo zone, TimeProvider clock)
    {
        (_content, _urls, _shape) = (content, urls, MessageShape.Used(model, content));
        var shape = _shape.Shape;
        string? Member(string url) => content.Links.ToList().IndexOf(url) is var i and >= 0 ? $"{MessageShape.Tracked}.{MessageShape.LinkMember(i + 1)}" : null;
        var templates = MessageTemplates.Of(content, content.Marketing ? Pixel : null);
        var partials = templates.Partials.ToDictionary(p => p.Key, p => TemplateScan.Rewrite(p.Value, p.Key.EndsWith(".sbn-html", StringComparison.Ordinal), Member), StringComparer.Ordinal);
        var environment = TemplateFunctions.Environment(partials.GetValueOrDefault, zone, clock, content.Currency);
        CompiledTemplate? Compile(string? text, string path, bool html) => text is null ? null
            : Template.Parse(TemplateScan.Rewrite(text, html, Member), path, TemplateOptions.ForPath(path)).Compile(shape, environment);

        _subject = Compile(content.Subject, $"{content.TemplateName} subject", false);
        _html = Compile(templates.Html, $"templates/{content.TemplateName}.sbn-html", true);
        _text = Compile(templates.Text, $"templates/{content.TemplateName}.sbn-txt", false);
        _textIsMarked = templates.TextIsMarked;
        _linkSlots = [.. content.Links.Select((_, i) => shape.Slot($"{MessageShape.Tracked}.{MessageShape.LinkMember(i + 1)}"))];
        _pixelSlot = shape.Slot($"{MessageShape.Tracked}.pixel");
        _unsubscribeSlot = content.Marketing ? shape.Slot("unsubscribe_url") : null;
        _constants =
        [
            .. new[]
            {
                ("campaign.name", content.Campaign), ("campaign.title", content.Title ?? content.Campaign), ("drop", content.Drop),
                ("sender.name", content.Sender), ("sender.postal_address", content.PostalAddress),
            }
                .Where(c => c.Item2 is not null)
                .Select(c => (shape.Slot(c.Item1), (ReadOnlyMemory<byte>)Encoding.UTF8.GetBytes(c.Item2!))),
        ];
        (_customerSlot, _varsSlot, _cellSlot) = (shape.Slot("customer"), shape.Slot("vars"), shape.Slot("cell"));
        _firstCell = content.CellVars.Keys.Order(StringComparer.Ordinal).FirstOrDefault();
        _language = RecipientCulture.Of(content.Language, null) ?? CultureInfo.InvariantCulture;
        // A cell's variable of the same name stands in the engine's place; a name that no template reads costs nothing.
        int? Own(string name) => _shape.Words.Contains(name) && !content.CellVars.Values.Any(v => v.ContainsKey(name)) && shape.TryGetSlot(name, out var slot) ? slot : null;
        _languageSlot = Own("language");
        foreach (var (name, value) in new[] { (MessageShape.PreferencesName, urls.Preferences), (MessageShape.ViewOnlineName, urls.ViewOnline), (MessageShape.OptInName, urls.OptIn), (MessageShape.KeycodeName, urls.Keycode) })
        {
            if (Own(name) is { } slot)
            {
                _ownSlots.Add((slot, value));
            }
        }

        _varSlots = content.CellVars.Values.SelectMany(v => v.Keys).Distinct(StringComparer.Ordinal)
            .ToDictionary(v => v, v => (shape.Slot($"vars.{v}"), shape.TryGetSlot(v, out var top) && shape.Find(v)!.Type == ShapeType.Text ? top : (int?)null), StringComparer.Ordinal);
    }

    /// <summary>What these messages can name.</summary>
    internal MessageShape Shape => _shape;

    /// <summary>What keeps parts of these messages from the fast path; empty when nothing does.</summary>
    internal IEnumerable<string> SlowPathReasons => new[] { _subject, _html, _text }.Select(t => t?.SlowPathReason).OfType<string>();

    /// <summary>Pictures that travel with every message of the mailing.</summary>
    public IReadOnlyList<MessageImage> Images => _content.Images;

    /// <summary>A reader of exactly what these messages use.</summary>
    public RecipientReader Reader(CustomerModel model, SelectionOptions options) => new(model, _shape, options);

    /// <summary>Renders the message of one person.</summary>
    /// <param name="row">As <see cref="RecipientReader"/> read it; gets the mailing's own values in addition.</param>
    /// <param name="ordinal">Place of the person in the mailing, for the personal addresses.</param>
    /// <param name="cell">Test cell of the person; null where the campaign has none.</param>
    /// <returns>Null when <paramref name="message"/> is filled; else why there is none for this person.</returns>
    public string? Render(Row row, int ordinal, string? cell, RenderedMessage message, CancellationToken cancellationToken)
    {
        message.Clear();
        Fill(row, ordinal, cell, message);
        try
        {
            if (_subject is not null)
            {
                message.Subject = Header(_subject, row, message.HtmlBuffer, cancellationToken);
                message.HtmlBuffer.ResetWrittenCount();
                if (message.Subject.Length == 0)
                {
                    return "the subject is empty for this person";
                }
            }

            _html?.Render(message.HtmlBuffer, row, cancellation: cancellationToken);
            _text?.Render(_textIsMarked ? message.MarkedBuffer : message.TextBuffer, row, cancellation: cancellationToken);
        }
        catch (TemplateException fault)
        {
            message.Clear();
            return fault.Error.ToString();
        }

        if (_text is null && !message.WithoutDerivedText)
        {
            HtmlText.Write(message.Html.Span, message.TextBuffer);
        }
        else if (_textIsMarked)
        {
            TextLayout.Write(message.MarkedBuffer.WrittenSpan, message.TextBuffer);
        }

        return message.TextBuffer.WrittenCount == 0 && message.HtmlBuffer.WrittenCount == 0 ? "the message is empty for this person" : null;
    }

    private void Fill(Row row, int ordinal, string? cell, RenderedMessage message)
    {
        foreach (var (slot, text) in _constants)
        {
            row.SetText(slot, text);
        }

        row.SetPresent(_customerSlot);
        row.SetPresent(_varsSlot);
        // Before the decision plans, previews and rehearsals show the remainder the message of whoever stands outside the cells.
        cell = cell == TestDefinition.Remainder ? _content.Winner ?? _firstCell : cell;
        row.SetText(_cellSlot, cell);
        // Seeds and proofs may stand outside the cells: they see the first one's message.
        if (_firstCell is not null)
        {
            var vars = _content.CellVars.GetValueOrDefault(cell ?? _firstCell) ?? _content.CellVars[_firstCell];
            foreach (var (name, (slot, top)) in _varSlots)
            {
                var value = vars.GetValueOrDefault(name);
                row.SetText(slot, value);
                if (top is { } topSlot)
                {
                    row.SetText(topSlot, value);
                }
            }
        }

        for (var i = 0; i < _linkSlots.Length; i++)
        {
            if (_urls.Click is { } click)
            {
                row.SetText(_linkSlots[i], click(ordinal, i + 1));
            }
            else
            {
                row.SetText(_linkSlots[i], _content.Links[i]);
            }
        }

        row.Language ??= _language;
        if (_languageSlot is { } language)
        {
            row.SetText(language, row.Language.Name.Length == 0 ? "en" : row.Language.Name);
        }

        foreach (var (slot, value) in _ownSlots)
        {
            row.SetText(slot, value(ordinal));
        }

        row.SetText(_pixelSlot, _urls.Open?.Invoke(ordinal));
        if (_unsubscribeSlot is { } unsubscribe)
        {
            message.UnsubscribeUrl = _urls.Unsubscribe(ordinal);
            row.SetText(unsubscribe, message.UnsubscribeUrl);
        }
    }

    // Customer data may hold line breaks; in a header they would start another one.
    private static string Header(CompiledTemplate template, Row row, ArrayBufferWriter<byte> buffer, CancellationToken cancellationToken)
    {
        template.Render(buffer, row, cancellation: cancellationToken);
        var text = Encoding.UTF8.GetString(buffer.WrittenSpan);
        return text.AsSpan().ContainsAny(s_notInHeaders) || text.StartsWith(' ') || text.EndsWith(' ') || text.Contains("  ", StringComparison.Ordinal)
            ? string.Join(' ', text.Split(s_headerGaps, StringSplitOptions.RemoveEmptyEntries))
            : text;
    }
}
