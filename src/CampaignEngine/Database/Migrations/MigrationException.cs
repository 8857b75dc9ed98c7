namespace CampaignEngine.Database.Migrations;

/// <summary>The database's recorded migrations and this program's files do not fit together, or one of them failed. The message says which and what to do.</summary>
public sealed class MigrationException(string message, Exception? inner = null) : Exception(message, inner);
