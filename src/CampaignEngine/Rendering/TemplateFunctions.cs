using System.Globalization;
using CampaignEngine.Authoring;
using CampaignEngine.Rendering.Wording;
using CampaignEngine.Templating;

namespace CampaignEngine.Rendering;

/// <summary>What templates can call beside the language's own functions.</summary>
internal static class TemplateFunctions
{
    /// <param name="currency">Of amounts whose currency is not named; null asks for the installation's to be given later and is enough for checking.</param>
    public static TemplateEnvironment Environment(Func<string, string?> include, TimeZoneInfo zone, TimeProvider clock, string? currency = null)
    {
        var own = currency ?? "USD";
        return new TemplateEnvironment { Engine = TemplateEngine.Chosen, Include = include, Zone = zone, Clock = clock }
            // A literal address is replaced before this runs; a computed one is printed as it is, because it cannot be in the mailing's link table.
            .Add("link", (string url) => url, WriteLink)
            .Add("money", string? (CultureInfo reader, decimal? amount, string? currency = null, string? language = null) =>
                amount is { } value ? MoneyText.Of(value, currency ?? own, In(language, reader)) : null,
                (arguments, room, out written) => WriteMoney(arguments, own, room, out written))
            .Add("plural", string? (CultureInfo reader, decimal? count, string? one = null, string? other = null, string? few = null, string? many = null, string? two = null, string? zero = null, string? language = null) =>
                count is { } value ? PluralText.Of(value, In(language, reader), new PluralForms(one, other, few, many, two, zero)) : null, WritePlural)
            .Add("local_date", string? (CultureInfo reader, DateTime? date, string style = "long", string? language = null) =>
                date is { } value ? DateText.Of(value, style, In(language, reader)) : null, WriteDate)
            .Add("local_number", string? (CultureInfo reader, decimal? number, int? decimals = null, string? language = null) =>
                number is { } value ? NumberText.Of(value, decimals, In(language, reader)) : null, WriteNumber);
    }

    private static Utf8Result WriteLink(HostArguments arguments, Span<byte> room, out int written)
    {
        written = arguments.Text(0).Length;
        return arguments.IsNull(0) ? Utf8Result.Null : arguments.Text(0).TryCopyTo(room) ? Utf8Result.Written : Utf8Result.MoreRoom;
    }

    private static Utf8Result WriteMoney(HostArguments arguments, string own, Span<byte> room, out int written)
    {
        written = 0;
        if (arguments.IsNull(0))
        {
            return Utf8Result.Null;
        }

        var culture = In(arguments, 2);
        var currency = arguments.IsNull(1) ? own : CurrencyNames.Of(arguments.Text(1));
        return MoneyText.TryWrite(arguments.Number(0), currency, culture, room, out written) ? Utf8Result.Written : Utf8Result.MoreRoom;
    }

    private static Utf8Result WritePlural(HostArguments arguments, Span<byte> room, out int written)
    {
        written = 0;
        if (arguments.IsNull(0))
        {
            return Utf8Result.Null;
        }

        var culture = In(arguments, 7);
        var form = PluralText.Category(arguments.Number(0), culture) switch
        {
            PluralCategory.Zero => 6,
            PluralCategory.One => 1,
            PluralCategory.Two => 5,
            PluralCategory.Few => 3,
            PluralCategory.Many => 4,
            _ => 2,
        };
        if (arguments.IsNull(form))
        {
            // Without other too, the words that are there decide: rare enough for the delegate.
            form = 2;
            if (arguments.IsNull(form))
            {
                return Utf8Result.Decline;
            }
        }

        return PluralText.TryWrite(arguments.Number(0), culture, arguments.Text(form), room, out written) ? Utf8Result.Written : Utf8Result.MoreRoom;
    }

    private static Utf8Result WriteDate(HostArguments arguments, Span<byte> room, out int written)
    {
        written = 0;
        if (arguments.IsNull(0))
        {
            return Utf8Result.Null;
        }

        // A style that is none is for the delegate to refuse.
        return DateText.StyleOf(arguments.Text(1)) is not { } style ? Utf8Result.Decline
            : DateText.TryWrite(arguments.Date(0), style, In(arguments, 2), room, out written) ? Utf8Result.Written : Utf8Result.MoreRoom;
    }

    private static Utf8Result WriteNumber(HostArguments arguments, Span<byte> room, out int written)
    {
        written = 0;
        if (arguments.IsNull(0))
        {
            return Utf8Result.Null;
        }

        int? decimals = arguments.IsNull(1) ? null : (int)Math.Clamp(arguments.Integer(1), 0, NumberText.MostDecimals);
        return NumberText.TryWrite(arguments.Number(0), decimals, In(arguments, 2), room, out written) ? Utf8Result.Written : Utf8Result.MoreRoom;
    }

    private static CultureInfo In(HostArguments arguments, int language) =>
        arguments.IsNull(language) ? arguments.Culture : In(System.Text.Encoding.UTF8.GetString(arguments.Text(language)), arguments.Culture);

    /// <summary>What is wrong with a literal argument; null when nothing is.</summary>
    public static string? LiteralFault(string function, string parameter, object? value) => (function, parameter, value) switch
    {
        ("link", _, string url) when !IsLink(url) => $"link needs a whole address with http:// or https://, and `{Shown.Text(url)}` is none",
        (_, "currency", string currency) when !Currencies.Contains(currency) => $"`{Shown.Text(currency)}` is no currency; write its three letters, such as EUR",
        (_, "language", string language) when RecipientCulture.IsKnown && RecipientCulture.Of(language, null) is null => $"`{Shown.Text(language)}` is no language; a name looks like de or pt-BR",
        ("local_date", "style", string style) when !DateText.Styles.Contains(style) => $"`{Shown.Text(style)}` is no style of a date{Suggestion.For(style, DateText.Styles)}",
        ("local_number", "decimals", int decimals) when decimals is < 0 or > NumberText.MostDecimals => $"a number has 0 to {NumberText.MostDecimals} decimals",
        _ => null,
    };

    private static bool IsLink(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && (uri.Scheme == Uri.UriSchemeHttp || uri.Scheme == Uri.UriSchemeHttps) && uri.Host.Length > 0;

    private static CultureInfo In(string? language, CultureInfo reader) => language is null ? reader : RecipientCulture.Of(language, null) ?? reader;
}
