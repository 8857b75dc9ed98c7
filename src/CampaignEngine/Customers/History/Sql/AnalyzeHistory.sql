-- Right after an import the planner must not take the tables for what they were before.
ANALYZE engine.past_campaign, engine.past_contact, engine.past_response
