namespace CampaignEngine.Cli.Commands.Suppress;

/// <summary>An address as lists know it.</summary>
internal static class SuppressTarget
{
    public static readonly string[] Channels = ["email", "sms", "print", "call"];

    /// <exception cref="CommandException">The text is no address of the channel.</exception>
    public static byte[] KeyOf(string address, string channel, WorkspaceSession session) =>
        session.Services.Contacts.Normalise(channel, address, country: null).Key
            ?? throw CommandException.Invalid($"'{address}' is no usable address for {channel}, so nothing can ever be sent there" + (channel is "sms" or "call" ? "; write phone numbers with country code, such as +886 912 345 678" : ""));
}
