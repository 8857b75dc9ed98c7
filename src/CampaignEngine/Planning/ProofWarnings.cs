using System.Globalization;
using CampaignEngine.Rendering.Linting;

namespace CampaignEngine.Planning;

/// <summary>What a plan says about its proof in words.</summary>
internal static class ProofWarnings
{
    public static IEnumerable<string> Of(PlanProof proof)
    {
        foreach (var drop in proof.Drops.Where(d => d.Failed > 0))
        {
            var all = drop.Rendered + drop.Failed;
            yield return drop.Failed * PlanProof.OneInRefused > all
                ? Text($"{drop.Failed:N0} of {all:N0} messages of drop '{drop.Drop}' cannot be rendered, more than one in {PlanProof.OneInRefused}: a launch is refused until the template is corrected or these people are left out")
                : Text($"{drop.Failed:N0} of {all:N0} messages of drop '{drop.Drop}' cannot be rendered: these people get nothing and stand in the ledger as render_failed");
        }

        foreach (var drop in proof.Drops.Where(d => d.Clipped > 0))
        {
            yield return Text($"{drop.Clipped:N0} messages of drop '{drop.Drop}' have more than {GmailClipping.Limit / 1024} KB of HTML: Gmail cuts them off; the largest message has {(drop.LargestBytes + 1023) / 1024:N0} KB, for customer {drop.LargestCustomer}");
        }
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
