using System.Net.Sockets;
using Npgsql;

namespace CampaignEngine.Database;

/// <summary>The database cannot be used now. The message is complete for a person: place, fault, fix; it never holds a password.</summary>
public sealed class DatabaseUnavailableException(string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>Translates a driver fault that means "the database is not there" (any more); null when the fault means something else.</summary>
    public static DatabaseUnavailableException? From(Exception fault, string place) => fault switch
    {
        DatabaseUnavailableException known => known,
        PostgresException refusal when Refusal(refusal) is { } text => new($"database {place}: {text}", fault),
        PostgresException => null,
        NpgsqlException { InnerException: SocketException socket } =>
            new($"database {place} does not answer ({socket.SocketErrorCode}); check that the server runs and that the address is right", fault),
        NpgsqlException { InnerException: TimeoutException } =>
            new($"database {place} did not answer in time; check that the server runs and is not overloaded", fault),
        NpgsqlException { InnerException: IOException } =>
            new($"database {place} went away in the middle of the work; check the server, then run the command again", fault),
        NpgsqlException { IsTransient: true } =>
            new($"database {place} went away: {fault.Message}; check the server, then run the command again", fault),
        _ => null,
    };

    private static string? Refusal(PostgresException refusal) => refusal.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            $"the server refuses this user ({refusal.MessageText}); check user and password in the connection string",
        PostgresErrorCodes.InvalidCatalogName => $"{refusal.MessageText}; create it (createdb) or correct the connection string",
        PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown =>
            "the server was stopped in the middle of the work; start it, then run the command again",
        PostgresErrorCodes.CannotConnectNow => "the server is starting or stopping; try again in a moment",
        PostgresErrorCodes.TooManyConnections => "the server has no free connection; raise max_connections or stop other programs",
        PostgresErrorCodes.DiskFull => "the server's disk is full; make room there, then run the command again",
        _ => null,
    };
}
