-- Questions behind the figures of written reports: an id on a page leads to the people or orders that make up the figure.
CREATE TABLE engine.report_question (
    question_id text COLLATE "C" PRIMARY KEY CHECK (question_id ~ '^[a-z2-9]{12}$'),
    question text NOT NULL,                          -- JSON: campaign, as_of, measure, cell ... (Reporting/Rows/RowsQuery.cs); the id is its hash
    figure numeric NOT NULL,                         -- as the page has it
    asked_at timestamptz NOT NULL DEFAULT now()
);
