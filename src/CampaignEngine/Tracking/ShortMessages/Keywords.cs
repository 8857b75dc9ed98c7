using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace CampaignEngine.Tracking.ShortMessages;

/// <summary>What an answer asks for.</summary>
public enum KeywordAction
{
    /// <summary>An ordinary answer, for a person to read.</summary>
    None,

    /// <summary>No more messages.</summary>
    Stop,

    /// <summary>Messages again.</summary>
    Start,

    /// <summary>Who are you, and how do I get rid of you?</summary>
    Help,
}

/// <summary>
/// Words of command, by language. Only the whole text counts, letter case, accents and the signs around it aside: "please don't stop" must not stop
/// anything, and what is almost a command goes to a person.
/// </summary>
public static class Keywords
{
    private static readonly char[] Around = [.. " .,!?;:\"'()[]{}<>*_-。、！？「」『』“”‘’«»…"];

    // English first, as the American carriers' rules have it; then what the carriers and laws of other languages ask for.
    private static readonly (KeywordAction Action, string Language, string Words)[] All =
    [
        (KeywordAction.Stop, "en", "STOP,STOPALL,STOP ALL,UNSUBSCRIBE,CANCEL,END,QUIT,REVOKE,OPTOUT,OPT-OUT,OPT OUT,REMOVE,TD"),
        (KeywordAction.Start, "en", "START,YES,UNSTOP,SUBSCRIBE,OPTIN,OPT-IN,OPT IN"),
        (KeywordAction.Help, "en", "HELP,INFO"),
        (KeywordAction.Stop, "fr", "ARRET,ARRETER,DESABONNER,DESINSCRIRE"),
        (KeywordAction.Start, "fr", "OUI,REPRENDRE"),
        (KeywordAction.Help, "fr", "AIDE"),
        (KeywordAction.Stop, "de", "STOPP,ABMELDEN,ABBESTELLEN,ENDE"),
        (KeywordAction.Start, "de", "ANMELDEN"),
        (KeywordAction.Help, "de", "HILFE"),
        (KeywordAction.Stop, "es", "ALTO,BAJA,PARAR,CANCELAR,DETENER"),
        (KeywordAction.Start, "es", "ALTA,INICIAR"),
        (KeywordAction.Help, "es", "AYUDA"),
        (KeywordAction.Stop, "pt", "PARE,SAIR,REMOVER"),
        (KeywordAction.Start, "pt", "VOLTAR"),
        (KeywordAction.Help, "pt", "AJUDA"),
        (KeywordAction.Stop, "it", "FERMA,BASTA,CANCELLA,DISISCRIVI"),
        (KeywordAction.Start, "it", "INIZIA,ISCRIVI"),
        (KeywordAction.Help, "it", "AIUTO"),
        (KeywordAction.Stop, "nl", "AFMELDEN,UITSCHRIJVEN"),
        (KeywordAction.Start, "nl", "AANMELDEN"),
        (KeywordAction.Stop, "sv", "AVSLUTA,AVREGISTRERA"),
        (KeywordAction.Help, "sv", "HJALP"),
        (KeywordAction.Stop, "da", "AFMELD"),
        (KeywordAction.Stop, "pl", "REZYGNUJE,WYPISZ"),
        (KeywordAction.Help, "pl", "POMOC"),
        (KeywordAction.Stop, "tr", "RET,IPTAL"),
        (KeywordAction.Help, "tr", "YARDIM"),
        (KeywordAction.Stop, "ru", "СТОП,ОТПИСАТЬСЯ,ОТПИСКА,ОТКАЗ"),
        (KeywordAction.Start, "ru", "СТАРТ,ПОДПИСАТЬСЯ"),
        (KeywordAction.Help, "ru", "ПОМОЩЬ"),
        (KeywordAction.Stop, "uk", "ВІДПИСАТИСЯ,ВІДМОВА"),
        (KeywordAction.Help, "uk", "ДОПОМОГА"),
        (KeywordAction.Stop, "zh", "退訂,退订,取消,停止,拒收,取消訂閱,取消订阅,T"),
        (KeywordAction.Start, "zh", "訂閱,订阅,恢復,恢复"),
        (KeywordAction.Help, "zh", "幫助,帮助,說明,说明,客服"),
        (KeywordAction.Stop, "ja", "配信停止,解除,退会"),
        (KeywordAction.Start, "ja", "再開"),
        (KeywordAction.Help, "ja", "ヘルプ"),
        (KeywordAction.Stop, "ko", "수신거부,중지"),
        (KeywordAction.Help, "ko", "도움말"),
    ];

    private static readonly FrozenDictionary<string, KeywordAction> ByWord = All
        .SelectMany(e => e.Words.Split(',').Select(word => (Word: Normal(word), e.Action)))
        .DistinctBy(e => e.Word).ToFrozenDictionary(e => e.Word, e => e.Action, StringComparer.Ordinal);

    public static KeywordAction Of(string text) => text.Length > 100 ? KeywordAction.None : ByWord.GetValueOrDefault(Normal(text));

    // Signs around the word are not part of it.
    private static string Normal(string text) => Folded(text).Trim(Around);

    /// <summary>Wide letters become narrow, small ones capitals, accents go, white space is one space.</summary>
    internal static string Folded(string text)
    {
        var word = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormKD))
        {
            if (char.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
            {
                word.Append(char.IsWhiteSpace(c) ? ' ' : char.ToUpperInvariant(c));
            }
        }

        var parts = word.ToString().Normalize(NormalizationForm.FormC).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        return string.Join(' ', parts);
    }
}
