"""The REST API's routes about journeys and who is inside them."""
