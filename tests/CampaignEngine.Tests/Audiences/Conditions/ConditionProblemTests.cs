using CampaignEngine.Audiences.Conditions;
using CampaignEngine.Authoring;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Audiences.Conditions;

public sealed class ConditionProblemTests
{
    [Theory]
    [InlineData("lastorder within 180 days", "(3,5): error CE4101: unknown field 'lastorder' of customers; did you mean 'last_order_at'?")]
    [InlineData("country = TW", "(3,15): error CE4101: unknown field 'TW' of customers; text stands in double quotes: \"TW\"")]
    [InlineData("last_order_at within 180", "(3,26): error CE4013: write a unit: within 180 days")]
    [InlineData("last_order_at within 180 dys", "(3,30): error CE4014: 'dys' is not a unit; did you mean 'days'?")]
    [InlineData("age(birth_date) >= 100 USD", "(3,5): error CE4206: an amount in USD stands beside a whole number, which is no money; write the number without 'USD'")]
    [InlineData("first_name >= 100 USD", "(3,5): error CE4202: 'first_name' is text and '100 USD' is an amount of money; they cannot be compared")]
    [InlineData("country = null", "(3,5): error CE4205: nothing equals null; write 'country is null'")]
    [InlineData("country != null", "(3,5): error CE4205: nothing equals null; write 'country is not null'")]
    [InlineData("sum(orders.amount) >= 100 USDD", "(3,31): error CE4014: 'USDD' is not a unit; units are seconds, minutes, hours, days, weeks, months, years, or a currency code in capitals")]
    [InlineData("sum(orders.amount) >= 100 UDS", "(3,31): error CE4014: 'UDS' is not an ISO 4217 currency code; did you mean 'USD'?")]
    [InlineData("total_spent between 10 USD and 20 EUR", "(3,25): error CE4206: USD and EUR cannot be mixed; the engine knows no exchange rates")]
    [InlineData("sum(orders.amount) + 10 EUR > 5 USD", "(3,5): error CE4206: EUR and USD cannot be mixed; the engine knows no exchange rates")]
    [InlineData("sum(orders.lines.amount) >= 100 USD", "(3,5): error CE4206: these amounts carry no currency (their entity has no text field 'currency'); write the number without 'USD'")]
    [InlineData("orders.amount > 5", "(3,5): error CE4104: 'orders' of customers leads to many rows; write has(orders where ...), count(orders) or max(orders.amount)")]
    [InlineData("orders", "(3,5): error CE4104: 'orders' is a relation to many rows; write has(orders), or count(orders) > 0")]
    [InlineData("household", "(3,5): error CE4104: 'household' is a relation; name a field of it: household.household_no")]
    [InlineData("hosehold.name = \"x\"", "(3,5): error CE4102: unknown relation 'hosehold' of customers; did you mean 'household'?")]
    [InlineData("email.domain = \"x\"", "(3,11): error CE4103: 'email' of customers is a field, so nothing can follow its '.'")]
    [InlineData("country", "(3,5): error CE4201: 'country' is text, and a condition must be true or false; compare it, as in country = \"abc\"")]
    [InlineData("lowre(email) = \"x\"", "(3,5): error CE4111: unknown function 'lowre'; did you mean 'lower'?")]
    [InlineData("sum(orders) > 1", "(3,9): error CE4110: sum needs a field: sum(orders.amount)")]
    [InlineData("count(orders.amount) > 1", "(3,18): error CE4110: count counts rows, not values; write count(orders), or count(distinct orders.amount)")]
    [InlineData("sum(orders.category) > 1", "(3,16): error CE4203: sum takes numbers or amounts of money; 'category' is text")]
    [InlineData("count(household) > 1", "(3,11): error CE4103: 'household' leads to a single value; count needs a relation to many rows")]
    [InlineData("count(orders where amuont > 5) > 1", "(3,24): error CE4101: unknown field 'amuont' of orders; did you mean 'amount'?")]
    [InlineData("count(orders where amount) > 1", "(3,24): error CE4201: 'amount' is an amount of money, and a condition must be true or false; compare it, as in amount > 0")]
    [InlineData("interests = \"tea\"", "(3,5): error CE4202: 'interests' is a list of texts; write 'interests contains \"abc\"'")]
    [InlineData("created_at > \"2026-01-31\"", "(3,5): error CE4202: 'created_at' is a time and '\"2026-01-31\"' is text; they cannot be compared; write the date without quotes: 2026-01-31")]
    [InlineData("created_at > 2026-02-30", "(3,18): error CE4005: '2026-02-30' is not a day of the calendar")]
    [InlineData("country in (\"TW\", 5)", "(3,23): error CE4202: 'country' is text, but the list holds a whole number: 5")]
    [InlineData("country in \"TW\"", "(3,16): error CE4012: a list in parentheses is missing, as in (\"TW\", \"HK\")")]
    [InlineData("country == \"TW\"", "(3,14): error CE4010: write '=' for a comparison")]
    [InlineData("country = 'TW'", "(3,15): error CE4001: ''' does not quote text here; write \"text\" in straight double quotes")]
    [InlineData("country = \"TW", "(3,15): error CE4002: the text that starts here has no closing '\"'")]
    [InlineData("country = \"TW\" && email is null", "(3,20): error CE4001: '&' is not part of a condition; write 'and' or 'or'")]
    [InlineData("country = \"TW\" email is null", "(3,20): error CE4010: 'email' was not expected here; join conditions with 'and' or 'or'")]
    [InlineData("(country = \"TW\"", "(3,20): error CE4012: ')' is missing at the end")]
    [InlineData("country = \"TW\")", "(3,19): error CE4010: this ')' closes nothing; remove it or open a '(' before")]
    [InlineData("1 < order_count < 5", "(3,21): error CE4010: comparisons cannot be chained; join two with 'and', or write 'between a and b'")]
    [InlineData("country = ", "(3,15): error CE4010: something is missing at the end: a field, a value or a condition")]
    [InlineData("", "(3,5): error CE4010: something is missing at the end: a field, a value or a condition")]
    [InlineData("order_count between 9 and 2", "(3,25): error CE4207: no value lies between 9 and 2; write the smaller bound first")]
    [InlineData("contacted on fax", "(3,18): error CE4109: unknown channel 'fax'; channels are email, sms, print and call")]
    [InlineData("contacted by spring", "(3,18): error CE4011: a name in quotes is missing, as in by \"spring-tea\"; text stands in double quotes: \"spring\"")]
    [InlineData("has(orders where contacted)", "(3,22): error CE4108: 'contacted' is a fact about customers, not about orders")]
    [InlineData("rfm.recency >= 6", "(3,5): error CE4210: rfm.recency runs from 1 to 5")]
    [InlineData("rfm.segment = \"champion\"", "(3,5): error CE4210: unknown segment 'champion'; did you mean 'champions'?")]
    [InlineData("rfm.segment in (\"new\", \"loyals\")", "(3,5): error CE4210: unknown segment 'loyals'; did you mean 'loyal'?")]
    [InlineData("rfm.recencie >= 2", "(3,9): error CE4101: unknown part 'recencie' of rfm; did you mean 'recency'?")]
    [InlineData("last_name like \"abc\\\\\"", "(3,20): error CE4208: the pattern ends in a single backslash, which would take the next character literally; remove it")]
    [InlineData("email_consent = true", "(3,5): error CE4202: 'email_consent' is text and 'true' is true or false; they cannot be compared")]
    [InlineData("last_order_at within 200 years", "(3,26): error CE4302: a duration is at most 100 years")]
    public void NamesPlaceFaultAndFix(string text, string expected)
    {
        var problems = new ProblemList();

        new ConditionBinder(Models.Crm, problems).BindCondition(new Written(text, new Place("", 3, 5)), Models.Crm.People);

        Assert.Equal(expected, Assert.Single(problems.Items).ToString());
    }

    [Fact]
    public void ReportsEveryFaultOfOneCondition()
    {
        var problems = new ProblemList();

        new ConditionBinder(Models.Crm, problems).BindCondition(
            new Written("contry = \"TW\" and count(orders where catgory = \"tea\") > 1 or frist_name = 3", new Place("c.yaml", 1, 1)), Models.Crm.People);

        Assert.Equal([1, 38, 62], problems.Items.Select(problem => problem.Place.Column));
    }

    [Theory]
    [InlineData("CE4301", 10_001, "x")]
    [InlineData("CE4302", 101, "(")]
    [InlineData("CE4302", 101, "not ")]
    [InlineData("CE4302", 101, "- ")]
    [InlineData("CE4302", 101, "1+")]
    [InlineData("CE4302", 101, "abs(")]
    public void BoundsLengthAndDepth(string code, int count, string piece)
    {
        var problems = new ProblemList();
        var text = string.Concat(Enumerable.Repeat(piece, count));

        new ConditionBinder(Models.Crm, problems).BindCondition(new Written(text, new Place("", 1, 1)), Models.Crm.People);

        Assert.Equal(code, Assert.Single(problems.Items).Code);
    }

    [Fact]
    public void TakesALongChainOfAlternatives()
    {
        var problems = new ProblemList();
        var text = string.Join(" or ", Enumerable.Repeat("sex=\"a\"", 800));

        Assert.NotNull(new ConditionBinder(Models.Crm, problems).BindCondition(new Written(text, new Place("", 1, 1)), Models.Crm.People));
    }
}
