-- On the do-not-contact list of the channel, in one of the scopes that concern the campaign.
INSERT INTO excluded (customer_key, reason)
SELECT c.customer_key, 'suppressed'
FROM candidate c
WHERE c.failed = 0 AND c.problem IS NULL
  AND c.recipient_key IN (SELECT recipient_key FROM engine.suppression WHERE channel = @channel AND scope = ANY (@scopes))
