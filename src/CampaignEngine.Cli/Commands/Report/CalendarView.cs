using System.Globalization;
using CampaignEngine.Cli.Output;
using CampaignEngine.Reporting;
using CampaignEngine.Reporting.Calendars;
using Spectre.Console;

namespace CampaignEngine.Cli.Commands.Report;

/// <summary>A month: its drops day by day, then what came of their campaigns.</summary>
internal static class CalendarView
{
    public static Action<ResultWriter> Of(CampaignCalendar calendar) => writer => writer.Document(
        calendar,
        console =>
        {
            writer.Rows(calendar.Drops);
            ReportTables.Write(console, new CampaignsReport { AsOf = calendar.AsOf, Campaigns = calendar.Campaigns });
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture, $"{calendar.Month}: {calendar.People:N0} people contacted {calendar.Contacts:N0} times, nobody more often than {calendar.MostContacts:N0} times"));
        },
        csv => csv.Rows(calendar.Drops));
}
