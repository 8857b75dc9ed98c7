using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Customers.Import;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Customers.Import;

public sealed class ImportMapLoaderTests
{
    [Fact]
    public void AMisspeltNameIsAnErrorWithItsPlaceAndASuggestion()
    {
        ProblemList problems = new();
        var map = ImportMapLoader.Load("imports/test.yaml", Encoding.UTF8.GetBytes("""
            import: lines
            let:
              early: later
              customer: "'c-' + row.id"
              later: custmer + record
            entities:
              customers:
                key: customer_no
                when: "customr != ''"
                set:
                  customer_no: customer
                  last_name: row.name | string.stripp
                  first_name: "{{ cstomer }} x"
                  mobile: { value: row.mobile, phone: row.country }
                  phone: { value: [row.phone, customer], phone: cuntry }
            """), Models.Crm, problems);

        Assert.Null(map);
        Assert.Equal(
            [
                "imports/test.yaml(3,10): error CE3402: unknown name `later`",
                "imports/test.yaml(5,10): error CE3402: unknown name `custmer`; did you mean `customer`?",
                "imports/test.yaml(9,12): error CE3402: unknown name `customr`; did you mean `customer`?",
                "imports/test.yaml(12,36): error CE3403: unknown function `string.stripp`; did you mean `strip`?",
                "imports/test.yaml(13,23): error CE3402: unknown name `cstomer`; did you mean `customer`?",
                "imports/test.yaml(15,53): error CE3402: unknown name `cuntry`",
            ],
            problems.Items.Select(p => p.ToString()).Order(StringComparer.Ordinal).OrderBy(p => int.Parse(p.Split('(', ',')[1], System.Globalization.CultureInfo.InvariantCulture)));
    }
}
