using CampaignEngine.Testing;

namespace CampaignEngine.Tests;

public sealed class WorkspaceTests
{
    [Fact]
    public void TheRepositoryIsAWorkspaceWithoutProblems()
    {
        var workspace = Workspace.Load(Repository.Root, environment: null);

        Assert.Empty(workspace.Problems.Items);
        Assert.Contains("spring-tea", workspace.Campaigns.Select(c => c.Name));
        Assert.Contains("second-cup", workspace.Campaigns.Select(c => c.Name));
    }

    [Fact]
    public void ReportsTheProblemsOfAllFilesInOnePass()
    {
        var folder = Directory.CreateTempSubdirectory("workspace").FullName;
        Directory.CreateDirectory(Path.Combine(folder, "campaigns"));
        File.WriteAllText(Path.Combine(folder, "engine.yaml"), "consent: { email: opt-out }\n");
        File.WriteAllText(Path.Combine(folder, "model.yaml"), """
            entities:
              customers:
                table: shop.people
                key: id
                fields: { id: integer, mail: text, ok: boolean }
                contacts: { email: { address: mail, consent: ok } }
            """);
        const string campaign = """
            campaign: tea
            audience: { from: orders, dedupe: [email, phone, household] }
            drops:
              - { drop: one, channel: email, template: email/a, subject: x, schedule: now, sender: shop }
              - { drop: two, channel: sms, template: sms/a, schedule: { at: now, zone: recipient } }
            """;
        File.WriteAllText(Path.Combine(folder, "campaigns", "a.yaml"), campaign);
        File.WriteAllText(Path.Combine(folder, "campaigns", "b.yml"), campaign);
        File.WriteAllText(Path.Combine(folder, "campaigns", "_draft.yaml"), "broken: [");

        var workspace = Workspace.Load(folder, environment: null);

        Assert.False(workspace.Model!.People.Contacts["email"].OptIn);
        Assert.Equal(
        [
            "campaigns/a.yaml(2,11): error CE1230: 'from' names 'orders', which is no entity of model.yaml; write 'customers' or leave it out",
            "campaigns/a.yaml(2,11): error CE1231: 'dedupe' names household, but model.yaml has no 'household' field for customers; add it there or remove it here",
            "campaigns/a.yaml(2,11): error CE1231: 'dedupe' names phone, but model.yaml has no 'sms' contact point for customers; add it there or remove it here",
            "campaigns/a.yaml(4,5): error CE1234: the sender 'shop' is not in engine.yaml",
            "campaigns/a.yaml(5,5): error CE1232: nobody can be reached by sms: model.yaml has no 'sms' contact point for customers",
            "campaigns/a.yaml(5,5): warning CE1235: nothing can send this SMS drop: engine.yaml has no sender with 'sms'; add it to one under 'senders'",
            "campaigns/a.yaml(5,59): error CE1233: 'zone: recipient' needs the people's zones: model.yaml has no 'time_zone' field for customers",
            "campaigns/b.yml(1,11): error CE1240: the campaign name 'tea' is taken by campaigns/a.yaml; histories are kept by name, so give this one another",
        ], workspace.Problems.InOrder().Where(p => p.Place.File != "campaigns/b.yml" || p.Code == "CE1240").Select(p => p.ToString()));
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public void ANamedFileThatDoesNotExistIsAProblem()
    {
        var workspace = Workspace.Load(Repository.Root, environment: null, ["campaigns/none.yaml"]);

        Assert.Equal("campaigns/none.yaml(1,1): error CE1017: the file does not exist", Assert.Single(workspace.Problems.Items).ToString());
    }
}
