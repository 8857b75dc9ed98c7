namespace CampaignEngine.Tests.Support;

/// <summary>Compares with a text file under version control. UPDATE_CASES=1 writes the file instead; read the difference before committing it.</summary>
internal static class Golden
{
    public static void Equal(string path, string actual)
    {
        actual = actual.TrimEnd('\n') + "\n";
        if (Environment.GetEnvironmentVariable("UPDATE_CASES") == "1")
        {
            File.WriteAllText(path, actual);
        }

        Assert.Equal(File.Exists(path) ? File.ReadAllText(path) : "(no such file)", actual);
    }
}
