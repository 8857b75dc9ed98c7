-- What imported campaigns had come to may have changed with the import; it is counted again when a report asks for it. Side effect: engine.campaign_closing.
DELETE FROM engine.campaign_closing WHERE imported
