-- From here on the plan is approved; its list and messages stay.
UPDATE engine.plan SET launched_at = @now WHERE plan_id = @plan
