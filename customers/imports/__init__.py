"""Files of customers, consents and events: taken in as blocks of rows, tried, imported in sets, exported."""
