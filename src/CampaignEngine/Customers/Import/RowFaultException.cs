namespace CampaignEngine.Customers.Import;

/// <summary>One record cannot be used; the import rejects it with this reason and goes on. Never leaves the import.</summary>
internal sealed class RowFaultException(string message) : Exception(message);
