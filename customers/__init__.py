"""Who the customers are: inbox, identity, golden record, traits, stages, segments, consent."""
