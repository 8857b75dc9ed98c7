using System.Text;
using CampaignEngine.Authoring;
using CampaignEngine.Customers;
using CampaignEngine.Testing;
using CampaignEngine.Tests.Support;

namespace CampaignEngine.Tests.Customers;

public sealed class ModelLoaderTests
{
    [Fact]
    public void ReadsTheModelOfThisRepository()
    {
        var problems = new ProblemList();

        var model = ModelLoader.Load("model.yaml", File.ReadAllBytes(Repository.PathOf("model.yaml")), problems);

        Assert.Empty(problems.Items);
        Assert.Equal("customers", model!.People.Name);
        Assert.Equal("\"crm\".\"customers\"", model.People.Table.Quoted);
        Assert.Equal(["call", "email", "print", "sms"], model.People.Contacts.Keys.Order());
        Assert.True(model.People.Fields["first_name"].Nullable);
        Assert.Equal(FieldType.TextList, model.People.Fields["interests"].Type);
        Assert.Equal("max(orders.ordered_at where kind = \"sale\")", model.People.Fields["last_order_at"].Is!.Text);
        Assert.True(model.Rfm!.Tracked);
        Assert.Equal("orders", model.Rfm.Orders.Name);
    }

    [Theory]
    [InlineData("many-problems")]
    public void ReportsEveryProblemInOnePass(string name)
    {
        var folder = Repository.PathOf("tests", "CampaignEngine.Tests", "Customers", "Cases", name);
        var problems = new ProblemList();

        var model = ModelLoader.Load("model.yaml", File.ReadAllBytes(Path.Combine(folder, "model.yaml")), problems);

        Assert.Null(model);
        Golden.Equal(Path.Combine(folder, "problems.txt"), string.Join('\n', problems.InOrder()));
    }

    [Fact]
    public void MapsAForeignSchema()
    {
        const string yaml = """
            people: clients
            entities:
              clients:
                table: Shop.Client List
                key: id
                fields:
                  id: { column: ClientID, type: uuid }
                  mail: { column: "E-Mail", type: text? }
                  tier: { column: extra, json: loyalty tier, type: text? }
                contacts:
                  email: { address: mail, policy: opt-out }
            """;
        var problems = new ProblemList();

        var model = ModelLoader.Load("model.yaml", Encoding.UTF8.GetBytes(yaml), problems);

        Assert.Empty(problems.Items);
        Assert.Equal("\"Shop\".\"Client List\"", model!.People.Table.Quoted);
        Assert.Equal("ClientID", model.People.Key.Column);
        Assert.Same(model.People.Key, model.People.Label);
        Assert.Equal(("extra", "loyalty tier"), (model.People.Fields["tier"].Column, model.People.Fields["tier"].JsonKey));
        Assert.False(model.People.Contacts["email"].OptIn);
        Assert.Null(model.People.Contacts["email"].Consent);
    }
}
