using System.Globalization;
using System.Text;

namespace CampaignEngine.Cli.Demo;

/// <summary>One generated customer.</summary>
internal sealed record ShopPerson
{
    public required long Id { get; init; }
    public required long Household { get; init; }
    public required ShopCountry Country { get; init; }
    public required string Title { get; init; }
    public required string FirstName { get; init; }
    public required string LastName { get; init; }
    public required string Sex { get; init; }
    public required DateOnly BirthDate { get; init; }
    public string? Email { get; init; }
    public string? Mobile { get; init; }
    public required string Street { get; init; }
    public required string PostalCode { get; init; }
    public required (string City, string Region, string Zone) City { get; init; }
    public required string[] Interests { get; init; }
    public required string Source { get; init; }

    /// <summary>granted, withdrawn or null for never asked.</summary>
    public string? EmailConsent { get; init; }
    public string? SmsConsent { get; init; }
    public required DateTimeOffset Since { get; init; }
    public string Number => "C" + Id.ToString("000000", CultureInfo.InvariantCulture);
}

/// <summary>Makes the people of the shop: the same ones for the same seed and day.</summary>
internal sealed class ShopPeople(int seed, DateTimeOffset today)
{
    private static readonly string[] Interests = ["oolong", "green tea", "teaware", "gifts", "recipes", "travel"];
    private static readonly int TotalWeight = ShopNames.Countries.Sum(c => c.Weight);
    private readonly Random _random = new(seed);
    private readonly List<ShopPerson> _people = [];

    /// <summary>Of a hundred people about four repeat an earlier one (same address, or the same person under another spelling), three share a household.</summary>
    public IReadOnlyList<ShopPerson> Make(int count)
    {
        for (int id = 1; id <= count; id++)
        {
            int dice = _people.Count > 50 ? _random.Next(1000) : 999;
            _people.Add(dice switch
            {
                < 25 => Again(id, Earlier()),
                < 40 => Spelt(id, Earlier()),
                < 75 => Relative(id, Earlier()),
                _ => Somebody(id, household: id),
            });
        }
        return _people;
    }

    private ShopPerson Earlier() => _people[_random.Next(_people.Count)];

    // The same person registered twice: the address in other letters.
    private ShopPerson Again(long id, ShopPerson first) => first with
    {
        Id = id,
        Email = first.Email is { } email ? (_random.Next(2) == 0 ? email.ToUpperInvariant() : " " + Capitalised(email)) : null,
        Source = Pick(["shop", "fair-2025", "exchange-list"]),
        Since = Since(),
    };

    // The same person with another address: only the household ties them.
    private ShopPerson Spelt(long id, ShopPerson first) => first with
    {
        Id = id,
        FirstName = first.FirstName.Length > 3 && first.FirstName[0] < 0x2000 ? first.FirstName[..1] + "." : first.FirstName,
        Email = Address(first.LastName, first.FirstName, id),
        Mobile = null,
        Since = Since(),
    };

    private ShopPerson Relative(long id, ShopPerson first)
    {
        var relative = Somebody(id, first.Household);
        return relative with
        {
            Country = first.Country, LastName = first.LastName, Street = first.Street, PostalCode = first.PostalCode, City = first.City,
            FirstName = Written(Frequent(relative.Sex == "female" ? first.Country.Women : first.Country.Men)),
        };
    }

    private ShopPerson Somebody(long id, long household)
    {
        var country = Weighted();
        bool woman = _random.Next(100) < 56;
        string first = Frequent(woman ? country.Women : country.Men);
        string family = Frequent(country.Families);
        return new ShopPerson
        {
            Id = id,
            Household = household,
            Country = country,
            Title = country.Language[..2] switch { "zh" => woman ? "小姐" : "先生", "de" => woman ? "Frau" : "Herr", "fr" => woman ? "Madame" : "Monsieur", _ => woman ? "Ms" : "Mr" },
            FirstName = Written(first),
            LastName = Written(family),
            Sex = woman ? "female" : "male",
            BirthDate = DateOnly.FromDateTime(today.Date).AddDays(-365 * 19 - _random.Next(365 * 58)),
            Email = Address(Latin(family), Latin(first), id),
            Mobile = _random.Next(100) < 62 ? Pattern(country.MobilePattern) : null,
            Street = country.FamilyNameFirst ? $"{Pick(country.Streets)}{_random.Next(1, 400)}號" : $"{_random.Next(1, 190)} {Pick(country.Streets)}",
            PostalCode = Pattern(country.PostalPattern),
            City = country.Cities[Skewed(country.Cities.Length)],
            Interests = [.. Interests.Where(_ => _random.Next(4) == 0)],
            Source = Pick(["shop", "shop", "shop", "newsletter", "fair-2025", "exchange-list"]),
            EmailConsent = Consent(78, 9),
            SmsConsent = Consent(36, 6),
            Since = Since(),
        };
    }

    // Two in a hundred have no address, two a broken one.
    private string? Address(string family, string first, long id)
    {
        int dice = _random.Next(1000);
        if (dice < 20)
        {
            return null;
        }

        string local = Latin(first).Replace(' ', '.') + "." + Latin(family).Replace(' ', '.') + (id % 3 == 0 ? "" : id.ToString(CultureInfo.InvariantCulture));
        string domain = ShopNames.MailDomains[Skewed(ShopNames.MailDomains.Count)];
        return dice switch
        {
            < 27 => local + "(at)" + domain,
            < 33 => local + "@" + domain.Replace('.', ','),
            < 36 => local + "@@" + domain,
            < 40 => local,
            _ => $"{local}.{id.ToString("x", CultureInfo.InvariantCulture)}@{domain}",
        };
    }

    private DateTimeOffset Since() => today.AddDays(-_random.Next(30, 1500)).AddMinutes(-_random.Next(1440));

    private string? Consent(int granted, int withdrawn) => _random.Next(100) is var dice && dice < granted ? "granted" : dice < granted + withdrawn ? "withdrawn" : null;

    private ShopCountry Weighted()
    {
        int at = _random.Next(TotalWeight);
        foreach (var country in ShopNames.Countries)
        {
            if ((at -= country.Weight) < 0)
            {
                return country;
            }
        }
        return ShopNames.Countries[0];
    }

    private string Frequent(string[] names) => names[Skewed(names.Length)];

    // Squaring a uniform draw makes the first of ten about five times as frequent as the last.
    private int Skewed(int length) => (int)(Math.Pow(_random.NextDouble(), 1.7) * length);

    private string Pick(string[] values) => values[_random.Next(values.Length)];

    private string Pattern(string pattern) => string.Create(pattern.Length, (pattern, _random), static (text, state) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            text[i] = state.pattern[i] switch
            {
                '#' => (char)('0' + state._random.Next(10)),
                '@' => "ABDEFGHJLNPQRSTUWXYZ"[state._random.Next(20)],
                var c => c,
            };
        }
    });

    private static string Written(string name) => name.Split('|')[0];

    private static string Latin(string name)
    {
        var latin = new StringBuilder();
        foreach (char c in name.Split('|')[^1].ToLowerInvariant().Replace("ß", "ss", StringComparison.Ordinal).Normalize(NormalizationForm.FormD))
        {
            if (c is (>= 'a' and <= 'z') or ' ' or '-')
            {
                latin.Append(c);
            }
        }
        return latin.Length == 0 ? "friend" : latin.ToString();
    }

    private static string Capitalised(string email) => char.ToUpperInvariant(email[0]) + email[1..];
}
