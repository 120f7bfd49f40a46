//! What a handle on a delivery stream can do.

use contract::{DeliveryStream, Handle, Write};
use std::future::Future;

use crate::{Delivery, PortError, Sent, port::Stream};

/// Of a delivery stream that may be written.
pub trait Deliverable {
    /// Hands over lines in one call and answers for each, in their order.
    fn put_batch(&self, delivery: &impl Delivery, lines: &[&str])
    -> impl Future<Output = Result<Vec<Sent>, PortError>>;
}

impl Deliverable for Handle<Write<DeliveryStream>> {
    async fn put_batch(&self, delivery: &impl Delivery, lines: &[&str]) -> Result<Vec<Sent>, PortError> {
        delivery.put_batch(&Stream::new(self.name()), lines).await
    }
}
