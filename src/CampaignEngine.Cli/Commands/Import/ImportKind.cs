using CampaignEngine.Customers;
using CampaignEngine.Customers.History;
using CampaignEngine.Customers.Import;
using CampaignEngine.Tracking.Responses;

namespace CampaignEngine.Cli.Commands.Import;

/// <summary>What the maps of an import command may feed beside the customer database, and what must hold once a file has been merged.</summary>
/// <param name="With">The model that its maps are read against.</param>
/// <param name="Fault">Null, or why the map is for another command.</param>
/// <param name="Of">The import.</param>
internal sealed record ImportKind(Func<CustomerModel, CustomerModel> With, Func<ImportMap, string?> Fault, Func<WorkspaceSession, CustomerImport> Of)
{
    public static ImportKind Customers { get; } = new(model => model, _ => null, session => new CustomerImport(session.Database.Source, session.TimeProvider));

    public static ImportKind History { get; } = new(PastCampaigns.With, PastCampaigns.Fault, session => new CustomerImport(session.Database.Source, session.TimeProvider, PastCampaigns.SettleAsync));

    public static ImportKind Responses { get; } = new(
        ImportedResponses.With, ImportedResponses.Fault,
        session => new CustomerImport(session.Database.Source, session.TimeProvider, judge: new ImportedResponses(session.Services.Contacts).JudgeAsync));
}
