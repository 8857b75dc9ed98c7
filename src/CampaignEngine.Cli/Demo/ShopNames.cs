namespace CampaignEngine.Cli.Demo;

/// <summary>
/// Names, cities and habits of one country of the generated shop. Lists run from frequent to rare and are drawn that way, because
/// evenly drawn names make duplicates look far too easy to find.
/// </summary>
/// <param name="Women">"Written|latin" where the name is not written in Latin letters.</param>
internal sealed record ShopCountry(
    string Country, string Language, int Weight, bool FamilyNameFirst, string[] Women, string[] Men, string[] Families,
    (string City, string Region, string Zone)[] Cities, string[] Streets, string PostalPattern, string MobilePattern);

/// <summary>The countries of the generated shop.</summary>
internal static class ShopNames
{
    public static IReadOnlyList<ShopCountry> Countries { get; } =
    [
        new("TW", "zh-TW", 30, true,
            ["淑芬|shufen", "怡君|yijun", "雅婷|yating", "美玲|meiling", "佳穎|jiaying", "詩涵|shihan", "欣怡|xinyi", "宜蓁|yizhen", "郁婷|yuting", "品妍|pinyan"],
            ["家豪|jiahao", "志明|zhiming", "俊傑|junjie", "建宏|jianhong", "宗翰|zonghan", "冠宇|guanyu", "承恩|chengen", "柏翰|bohan", "宥廷|youting", "子軒|zixuan"],
            ["陳|chen", "林|lin", "黃|huang", "張|zhang", "李|li", "王|wang", "吳|wu", "劉|liu", "蔡|cai", "楊|yang", "許|xu", "鄭|zheng", "謝|xie", "洪|hong", "郭|guo", "邱|qiu"],
            [("台北市", "", "Asia/Taipei"), ("新北市", "", "Asia/Taipei"), ("台中市", "", "Asia/Taipei"), ("高雄市", "", "Asia/Taipei"), ("台南市", "", "Asia/Taipei")],
            ["中山路", "中正路", "民生東路", "和平西路", "忠孝東路", "復興南路", "建國路"], "###", "+8869########"),
        new("HK", "zh-HK", 12, true,
            ["詠琳|wing lam", "嘉欣|ka yan", "思敏|sze man", "美儀|mei yee", "穎詩|wing sze", "慧敏|wai man"],
            ["家明|ka ming", "志強|chi keung", "偉文|wai man", "俊傑|chun kit", "子健|tsz kin", "永康|wing hong"],
            ["陳|chan", "李|lee", "黃|wong", "張|cheung", "梁|leung", "林|lam", "何|ho", "鄭|cheng", "吳|ng", "葉|yip"],
            [("香港", "", "Asia/Hong_Kong"), ("九龍", "", "Asia/Hong_Kong"), ("新界", "", "Asia/Hong_Kong")],
            ["Nathan Road", "Queen's Road", "Hennessy Road", "Argyle Street"], "", "+8526#######"),
        new("GB", "en-GB", 18, false,
            ["Olivia", "Amelia", "Emily", "Sophie", "Grace", "Lucy", "Charlotte", "Aoife", "Siân", "Zoë"],
            ["Oliver", "George", "Harry", "Jack", "Thomas", "James", "Daniel", "Ewan", "Rhys", "Conor"],
            ["Smith", "Jones", "Taylor", "Brown", "Williams", "Wilson", "Johnson", "Davies", "O'Brien", "Patel", "Wright", "Walker", "Evans", "Fenwick-Moore", "MacDonald"],
            [("London", "", "Europe/London"), ("Leeds", "", "Europe/London"), ("Bristol", "", "Europe/London"), ("Glasgow", "", "Europe/London"), ("Cardiff", "", "Europe/London")],
            ["High Street", "Station Road", "Church Lane", "Victoria Road", "Mill Lane"], "@@# #@@", "+447700900###"),
        new("US", "en-US", 16, false,
            ["Emma", "Ava", "Mia", "Harper", "Evelyn", "Abigail", "Ella", "Camila", "Scarlett", "Nora"],
            ["Liam", "Noah", "Elijah", "Lucas", "Mason", "Logan", "Ethan", "Mateo", "Levi", "Owen"],
            ["Smith", "Johnson", "Williams", "Brown", "Jones", "Garcia", "Miller", "Davis", "Rodriguez", "Martinez", "Nguyen", "Anderson", "Lee", "Thompson", "Kowalczyk"],
            [("New York", "NY", "America/New_York"), ("Chicago", "IL", "America/Chicago"), ("Denver", "CO", "America/Denver"), ("Seattle", "WA", "America/Los_Angeles"), ("Phoenix", "AZ", "America/Phoenix")],
            ["Main Street", "Oak Avenue", "Maple Drive", "2nd Street", "Washington Boulevard"], "#####", "+1202555####"),
        new("DE", "de-DE", 14, false,
            ["Anna", "Lena", "Katharina", "Sabine", "Monika", "Käthe", "Heike", "Mia", "Sophie"],
            ["Lukas", "Jörg", "Jürgen", "Michael", "Stefan", "Andreas", "Björn", "Günter", "Paul", "Finn"],
            ["Müller", "Schmidt", "Schneider", "Fischer", "Weber", "Meyer", "Wagner", "Becker", "Schäfer", "Hofmann", "Groß", "von der Heide", "Köhler", "Yılmaz"],
            [("Berlin", "", "Europe/Berlin"), ("München", "", "Europe/Berlin"), ("Köln", "", "Europe/Berlin"), ("Hamburg", "", "Europe/Berlin")],
            ["Hauptstraße", "Bahnhofstraße", "Gartenweg", "Schillerplatz", "Am Mühlbach"], "#####", "+4915########"),
        new("FR", "fr-FR", 10, false,
            ["Camille", "Léa", "Chloé", "Manon", "Inès", "Zoé", "Françoise", "Hélène"],
            ["Lucas", "Hugo", "Théo", "Léo", "François", "Jérôme", "Benoît", "Mathis"],
            ["Martin", "Bernard", "Dubois", "Thomas", "Robert", "Petit", "Lefèvre", "Garçon", "D'Angelo", "Le Goff"],
            [("Paris", "", "Europe/Paris"), ("Lyon", "", "Europe/Paris"), ("Nantes", "", "Europe/Paris")],
            ["rue de la République", "avenue Victor Hugo", "place de l'Église", "rue des Écoles"], "#####", "+336########"),
    ];

    /// <summary>Reserved names (RFC 2606): nothing the demo sends could reach anybody.</summary>
    public static IReadOnlyList<string> MailDomains { get; } =
        ["mail.example.com", "post.example.org", "inbox.example.net", "example.com", "web.example.org", "tee-bücher.example", "brief.example.net"];

    public static IReadOnlyList<(string No, string Name, string Category, decimal Price)> Products { get; } =
    [
        ("T-101", "High Mountain Oolong 150 g", "tea", 24.00m), ("T-102", "Dong Ding Oolong 150 g", "tea", 19.50m), ("T-103", "Oriental Beauty 75 g", "tea", 32.00m),
        ("T-104", "Jin Xuan Milk Oolong 100 g", "tea", 14.80m), ("T-105", "Sun Moon Lake Black 100 g", "tea", 16.20m), ("T-106", "Jasmine Green 100 g", "tea", 9.90m),
        ("T-107", "Baozhong 100 g", "tea", 15.40m), ("T-108", "Aged Pu-erh cake 357 g", "tea", 48.00m), ("T-109", "Earl Grey 100 g", "tea", 8.50m),
        ("T-110", "Roasted Tieguanyin 150 g", "tea", 21.00m), ("T-111", "White Peony 50 g", "tea", 17.30m), ("T-112", "Genmaicha 100 g", "tea", 7.90m),
        ("W-201", "Gaiwan, porcelain", "teaware", 28.00m), ("W-202", "Yixing pot 160 ml", "teaware", 85.00m), ("W-203", "Tasting cups, set of six", "teaware", 22.00m),
        ("W-204", "Glass pitcher 300 ml", "teaware", 14.00m), ("W-205", "Bamboo tray", "teaware", 46.00m), ("W-206", "Travel set", "teaware", 39.00m),
        ("S-301", "Pineapple cakes, box of ten", "sweets", 18.00m), ("S-302", "Black sesame nougat", "sweets", 11.50m), ("S-303", "Dried mango 200 g", "sweets", 9.20m),
        ("G-401", "Gift box New Year", "gifts", 59.00m), ("G-402", "Gift box Discovery", "gifts", 35.00m), ("G-403", "Gift card 25", "gifts", 25.00m),
    ];
}
