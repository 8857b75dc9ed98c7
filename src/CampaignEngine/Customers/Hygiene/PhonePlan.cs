using System.Globalization;

namespace CampaignEngine.Customers.Hygiene;

/// <summary>How numbers of a country are built: calling code, trunk prefix (dialled inside the country, dropped behind the calling code), digits that follow the code.</summary>
internal sealed record PhonePlan(string Code, string Trunk, int Shortest, int Longest)
{
    // COUNTRYcode/trunk:shortest-longest. Lengths cover every kind of number a plan has, so they are bounds, not a proof that a number is in use.
    private const string Written = """
        AC247:4-6 AD376:5-9 AE971/0:7-10 AF93/0:8-10 AG1/1:10 AI1/1:10 AL355/0:5-10 AM374/0:7-9 AO244:8-10 AR54/0:9-12 AS1/1:10 AT43/0:4-13
        AU61/0:8-11 AW297:6-8 AX358/0:8-10 AZ994/0:8-10 BA387/0:7-9 BB1/1:10 BD880/0:7-11 BE32/0:7-10 BF226:7-9 BG359/0:6-9 BH973:7-9 BI257:7-9
        BJ229:9-11 BL590/0:8-10 BM1/1:10 BN673:6-8 BO591:7-10 BQ599:6-8 BR55/0:8-12 BS1/1:10 BT975:6-9 BW267:6-11 BY375/8:8-11 BZ501:6-12
        CA1/1:10 CC61/0:8-11 CD243/0:6-10 CF236:7-9 CG242:8-10 CH41/0:9 CI225:9-11 CK682:4-6 CL56:8-10 CM237:7-10 CN86/0:7-12 CO57/0:9-12
        CR506:7-11 CU53/0:7-11 CV238:6-8 CW599:7-9 CX61/0:8-11 CY357:7-9 CZ420:9 DE49/0:4-13 DJ253:7-9 DK45:8 DM1/1:10 DO1/1:10 DZ213/0:7-10
        EC593/0:7-12 EE372:6-9 EG20/0:8-11 EH212/0:8-10 ER291/0:6-8 ES34:9 ET251/0:8-10 FI358/0:5-12 FJ679:6-12 FK500:4-6 FM691:6-8 FO298:5-7
        FR33/0:9 GA241:7-9 GB44/0:7-10 GD1/1:10 GE995/0:8-10 GF594/0:8-10 GG44/0:9-11 GH233/0:7-10 GI350:7-9 GL299:5-7 GM220:6-8 GN224:7-10
        GP590/0:8-10 GQ240:8-10 GR30:10 GT502:7-12 GU1/1:10 GW245:8-10 GY592:6-8 HK852:7-12 HN504:7-12 HR385/0:6-10 HT509:7-9 HU36/06:7-10
        ID62/0:8-11 IE353/0:6-11 IL972/0:7-11 IM44/0:9-11 IN91/0:10-13 IO246:6-8 IQ964/0:7-11 IR98/0:9-11 IS354:6-8 IT39:6-12 JE44/0:9-11
        JM1/1:10 JO962/0:7-10 JP81/0:8-10 KE254/0:8-10 KG996/0:8-10 KH855/0:7-11 KI686:4-9 KM269:6-8 KN1/1:10 KP850/0:7-11 KR82/0:7-11
        KW965:6-9 KY1/1:10 KZ7/8:9-11 LA856/0:7-11 LB961/0:6-9 LC1/1:10 LI423:6-10 LK94/0:8-10 LR231/0:7-10 LS266:7-9 LT370/0:7-9 LU352:7-10
        LV371:7-9 LY218/0:8-10 MA212/0:8-10 MC377/0:7-10 MD373/0:7-9 ME382/0:7-9 MF590/0:8-10 MG261/0:8-10 MH692:6-8 MK389/0:7-9 ML223:7-9
        MM95/0:6-11 MN976:7-9 MO853:6-9 MP1/1:10 MQ596/0:8-10 MR222:7-9 MS1/1:10 MT356:7-9 MU230:6-9 MV960:6-11 MW265/0:6-10 MX52:9-11
        MY60/0:8-11 MZ258:7-10 NA264/0:7-10 NC687:5-7 NE227:7-9 NF672:5-7 NG234/0:9-12 NI505:7-9 NL31/0:7-9 NO47:7-9 NP977/0:7-12 NR674:6-8
        NU683:3-8 NZ64/0:7-10 OM968:7-9 PA507:6-9 PE51/0:7-10 PF689:7-10 PG675:6-9 PH63/0:8-13 PK92/0:7-11 PL48:9 PM508/0:5-10 PR1/1:10
        PS970/0:7-11 PT351:9 PW680:6-8 PY595/0:8-12 QA974:6-9 RE262/0:8-10 RO40/0:8-10 RS381/0:7-10 RU7/8:10 RW250/0:8-10 SA966/0:8-11
        SB677:4-8 SC248:6-8 SD249/0:8-10 SE46/0:6-11 SG65:7-12 SH290:4-6 SI386/0:7-9 SJ47:7-9 SK421/0:8-10 SL232/0:7-9 SM378:7-11 SN221:8-10
        SO252:6-9 SR597:5-8 SS211/0:8-10 ST239:6-8 SV503:6-9 SX1/1:10 SY963/0:8-10 SZ268:7-10 TA290:3-5 TC1/1:10 TD235:7-9 TG228:7-9
        TH66/0:7-11 TJ992:8-10 TK690:3-5 TL670:6-9 TM993/8:7-9 TN216:7-9 TO676:4-8 TR90/0:9-11 TT1/1:10 TV688:4-7 TW886/0:8-10 TZ255/0:8-10
        UA380/0:8-10 UG256/0:8-10 US1/1:10 UY598/0:6-9 UZ998:8-10 VA39:8-11 VC1/1:10 VE58/0:9-11 VG1/1:10 VI1/1:10 VN84/0:8-11 VU678:4-8
        WF681:5-10 WS685:4-8 XK383/0:7-9 YE967/0:6-10 YT262/0:8-10 ZA27/0:8-10 ZM260/0:8-10 ZW263/0:6-10
        """;

    // Codes that belong to no country: freephone, shared cost, satellites, networks, premium rate.
    private static readonly string[] NonGeographic = ["800", "808", "870", "878", "881", "882", "883", "888", "979"];

    private static readonly Dictionary<string, PhonePlan> ByCountry = Written
        .Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries)
        .ToDictionary(entry => entry[..2], entry => Read(entry[2..]), StringComparer.OrdinalIgnoreCase);

    private static readonly Dictionary<string, List<PhonePlan>> ByCode = ByCountry.Values
        .Concat(NonGeographic.Select(code => new PhonePlan(code, "", 7, 12)))
        .GroupBy(plan => plan.Code, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.ToList(), StringComparer.Ordinal);

    /// <summary>Every country with its plan.</summary>
    public static IEnumerable<(string Country, PhonePlan Plan)> Countries => ByCountry.Select(c => (c.Key, c.Value));

    /// <summary>The plan of an ISO 3166 alpha-2 country; null when it is unknown.</summary>
    public static PhonePlan? Of(string country) => ByCountry.GetValueOrDefault(country);

    /// <summary>The plans that an international number can belong to; several countries share a code.</summary>
    public static IReadOnlyList<PhonePlan> OfInternational(string digits)
    {
        // No calling code is the beginning of another.
        for (var length = 1; length <= 3 && length < digits.Length; length++)
        {
            if (ByCode.TryGetValue(digits[..length], out var plans))
            {
                return plans;
            }
        }

        return [];
    }

    public bool Fits(int digits) => digits >= Shortest && digits <= Longest;

    private static PhonePlan Read(string entry)
    {
        var colon = entry.IndexOf(':', StringComparison.Ordinal);
        var numbers = entry[..colon].Split('/');
        var lengths = entry[(colon + 1)..].Split('-');
        return new PhonePlan(
            numbers[0],
            numbers.Length > 1 ? numbers[1] : "",
            int.Parse(lengths[0], CultureInfo.InvariantCulture),
            int.Parse(lengths[^1], CultureInfo.InvariantCulture));
    }
}
