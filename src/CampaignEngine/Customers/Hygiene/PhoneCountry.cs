using System.Collections.Frozen;

namespace CampaignEngine.Customers.Hygiene;

/// <summary>The country of a number in E.164, by its calling code and, where countries share one, by the digits that tell them apart.</summary>
public static class PhoneCountry
{
    // Of countries with one calling code, the one that has most of its numbers; the others are told by the prefixes below.
    private static readonly FrozenDictionary<string, string> Main = new Dictionary<string, string>
    {
        ["1"] = "US", ["7"] = "RU", ["39"] = "IT", ["44"] = "GB", ["47"] = "NO", ["61"] = "AU", ["212"] = "MA", ["262"] = "RE", ["290"] = "SH", ["358"] = "FI", ["590"] = "GP", ["599"] = "CW",
    }.ToFrozenDictionary();

    // COUNTRYprefix,prefix... behind the plus sign.
    private const string Shared = """
        CA1204,1226,1236,1249,1250,1257,1263,1289,1306,1343,1354,1365,1367,1368,1382,1403,1416,1418,1428,1431,1437,1438,1450,1460,1468,1474,1506,1514,1519,1548,1579,1581,1584,1587
        CA1600,1604,1613,1639,1647,1672,1683,1705,1709,1742,1753,1778,1780,1782,1807,1819,1825,1867,1873,1879,1902,1905,1942
        AG1268 AI1264 AS1684 BB1246 BM1441 BS1242 DM1767 DO1809,1829,1849 GD1473 GU1671 JM1876,1658 KN1869 KY1345 LC1758 MP1670 MS1664 PR1787,1939 SX1721 TC1649 TT1868 VC1784 VG1284 VI1340
        KZ76,77 VA3906698 SJ4779 AX35818 EH2125288,2125289 CX6189164 CC6189162 TA2908 BQ5993,5994,5997 YT262269,262639,262693
        GG441481,447781,447839,447911 JE441534,447509,447700,447797,447829,447937 IM441624,447524,447624,447924 BL590590275 MF590590877
        """;

    private static readonly FrozenDictionary<string, string> ByPrefix = Shared
        .Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .SelectMany(entry => entry[2..].Split(',').Select(prefix => (prefix, Country: entry[..2])))
        .ToFrozenDictionary(p => p.prefix, p => p.Country);

    private static readonly FrozenDictionary<string, string> ByCode = PhonePlan.Countries
        .GroupBy(c => c.Plan.Code, c => c.Country, StringComparer.Ordinal)
        .ToFrozenDictionary(g => g.Key, g => Main.GetValueOrDefault(g.Key) ?? g.Order(StringComparer.Ordinal).First());

    /// <summary>So many characters of a number of E.164, the plus sign among them, tell its country.</summary>
    public const int TellingLength = 10;

    /// <summary>ISO 3166 alpha-2; null for numbers of no country (satellites, freephone) and for texts that are no number.</summary>
    public static string? Of(string number)
    {
        if (number.Length < 3 || number[0] != '+')
        {
            return null;
        }

        for (var length = Math.Min(TellingLength, number.Length) - 1; length > 0; length--)
        {
            if (ByPrefix.TryGetValue(number.Substring(1, length), out var country) || (length <= 3 && ByCode.TryGetValue(number.Substring(1, length), out country)))
            {
                return country;
            }
        }

        return null;
    }
}
