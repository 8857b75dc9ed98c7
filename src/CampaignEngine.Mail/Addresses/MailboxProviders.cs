using System.Collections.Frozen;

namespace CampaignEngine.Mail.Addresses;

/// <summary>
/// Which domains one provider receives mail for, with one set of rules and limits for senders: by domain, and by the hosts that take the mail of companies
/// whose own domain it hosts.
/// </summary>
public static class MailboxProviders
{
    // NAME domain domain ...
    private const string Written = """
        gmail gmail.com googlemail.com
        microsoft outlook.com outlook.de outlook.fr outlook.jp hotmail.com hotmail.co.uk hotmail.de hotmail.es hotmail.fr hotmail.it live.com live.co.uk live.de live.fr live.nl msn.com
        yahoo yahoo.com yahoo.ca yahoo.co.in yahoo.co.uk yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.hk yahoo.com.mx yahoo.com.sg yahoo.com.tw yahoo.de yahoo.es yahoo.fr yahoo.in yahoo.it
        yahoo ymail.com rocketmail.com aol.com
        yahoo-japan yahoo.co.jp ybb.ne.jp
        icloud icloud.com me.com mac.com
        proton proton.me protonmail.com pm.me
        fastmail fastmail.com fastmail.fm
        zoho zoho.com zohomail.com
        united-internet gmx.de gmx.net gmx.at gmx.ch gmx.com web.de mail.com
        t-online t-online.de magenta.de
        freenet freenet.de
        orange orange.fr wanadoo.fr
        free free.fr
        sfr sfr.fr neuf.fr
        laposte laposte.net
        libero libero.it
        comcast comcast.net xfinity.com
        mail-ru mail.ru inbox.ru bk.ru list.ru
        yandex yandex.ru yandex.com ya.ru
        seznam seznam.cz email.cz
        wp wp.pl o2.pl
        onet onet.pl op.pl
        tencent qq.com foxmail.com
        netease 163.com 126.com yeah.net
        hinet hinet.net
        naver naver.com
        kakao daum.net hanmail.net kakao.com
        docomo docomo.ne.jp
        softbank softbank.ne.jp i.softbank.jp
        au ezweb.ne.jp au.com
        rediff rediffmail.com
        uol uol.com.br bol.com.br
        """;

    // NAME what a mail host's name ends in. Only names that belong to the provider alone; providers that host nobody are missing.
    private const string WrittenHosts = """
        gmail google.com googlemail.com
        microsoft mail.protection.outlook.com mx.microsoft
        yahoo yahoodns.net
        icloud mail.icloud.com
        proton protonmail.ch
        fastmail messagingengine.com
        zoho zoho.com zoho.eu zoho.in zohomail.com
        mail-ru mail.ru
        yandex yandex.net yandex.ru
        seznam seznam.cz
        tencent qq.com
        netease netease.com
        hinet hinet.net
        naver naver.com
        """;

    private static readonly FrozenDictionary<string, string> ByDomain = Written.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .SelectMany(words => words.Skip(1).Select(domain => (domain, Name: words[0])))
        .ToFrozenDictionary(w => w.domain, w => w.Name, StringComparer.Ordinal);

    private static readonly FrozenDictionary<string, string> ByHost = WrittenHosts.Split('\n')
        .Select(line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        .SelectMany(words => words.Skip(1).Select(ending => (ending, Name: words[0])))
        .ToFrozenDictionary(w => w.ending, w => w.Name, StringComparer.Ordinal);

    /// <summary>The provider whose mail host this is, by its lower-case name; null: none that is known.</summary>
    public static string? OfMailHost(string host)
    {
        for (var ending = host; ; ending = ending[(ending.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (ByHost.TryGetValue(ending, out var name))
            {
                return name;
            }

            if (!ending.Contains('.', StringComparison.Ordinal))
            {
                return null;
            }
        }
    }

    /// <summary>Provider by lower-case domain in its ASCII form.</summary>
    public static IReadOnlyDictionary<string, string> Domains => ByDomain;
}
